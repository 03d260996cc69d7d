import { Wrench } from 'lucide-react';
import { Json } from '../../ui/Json.tsx';
import type { Message } from './conversation.ts';
import css from './Messages.module.css';

/** A message that is longer is shown from its beginning until somebody wants all of it. */
const LONG = 1_200;

/** What was said to a model and what it said, one below the other. */
export function Messages({ of, label }: { of: readonly Message[]; label: string }) {
  return (
    <ol className={css.messages} aria-label={label}>
      {of.map((message, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a conversation that was recorded does not change.
        <li key={place} className={css.message} data-role={message.role}>
          <span className={css.role}>
            {message.role}
            {message.tool !== undefined && <code>{message.tool}</code>}
          </span>
          {message.text !== '' && <Text of={message.text} />}
          {message.tools.map(({ name, arguments: given }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above.
            <div key={place} className={css.wanted}>
              <Wrench size={12} aria-hidden="true" />
              <span className="hidden">calls:</span>
              <code>{name}</code>
              <Json value={given} open={1} />
            </div>
          ))}
        </li>
      ))}
    </ol>
  );
}

function Text({ of: text }: { of: string }) {
  if (text.length <= LONG) {
    return <p className={css.text}>{text}</p>;
  }
  return (
    <details className={css.long}>
      <summary>
        <span className={css.text}>{text.slice(0, LONG / 3)}…</span>
        <span className={css.all}>All {text.length.toLocaleString('en')} characters</span>
      </summary>
      <p className={css.text}>{text}</p>
    </details>
  );
}
