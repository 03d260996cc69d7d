import { Brain, Paperclip, Wrench } from 'lucide-react';
import { parseJson } from 'sessiond';
import { Json } from '../../ui/Json.tsx';
import { Markdown } from '../../ui/Markdown.tsx';
import { grouped } from '../../ui/numbers.ts';
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
          {message.thought !== undefined && (
            <details className={css.thought}>
              <summary>
                <Brain size={12} aria-hidden="true" /> Reasoning
              </summary>
              <Markdown text={message.thought} />
            </details>
          )}
          {message.text !== '' && <Text of={message.text} />}
          {message.attached?.map((what, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above.
            <span key={place} className={css.attached}>
              <Paperclip size={12} aria-hidden="true" /> {what}
            </span>
          ))}
          {message.tools.map(({ name, arguments: given }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above.
            <div key={place} className={css.wanted}>
              <Wrench size={12} aria-hidden="true" />
              <span className="hidden">calls:</span>
              <code>{name}</code>
              {given !== undefined && <Json value={given} open={1} />}
            </div>
          ))}
        </li>
      ))}
    </ol>
  );
}

function Text({ of: text }: { of: string }) {
  if (text.length <= LONG) {
    return <Said text={text} />;
  }
  return (
    <details className={css.long}>
      <summary>
        <span className={css.text}>{text.slice(0, LONG / 3)}…</span>
        <span className={css.all}>Show all {grouped(text.length)} characters</span>
      </summary>
      <Said text={text} />
    </details>
  );
}

/** A text as it is meant: JSON as a tree, everything else as Markdown. */
function Said({ text }: { text: string }) {
  const value = jsonIn(text);
  return value === undefined ? (
    <div className={css.text} data-markdown="">
      <Markdown text={text} />
    </div>
  ) : (
    <Json value={value} open={1} />
  );
}

/** The object or array that a text is; undefined when it is a text. */
function jsonIn(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) {
    return undefined;
  }
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
