import { Wrench } from 'lucide-react';
import type { ToolUse } from 'sessiond';
import { duration } from '../../ui/duration.ts';
import { counted } from '../../ui/numbers.ts';
import { Folded } from './Folded.tsx';
import css from './Tools.module.css';

/** The tools that were called for an answer, folded: each with its arguments and its result. */
export function Tools({ tools, live }: { tools: readonly ToolUse[]; live: boolean }) {
  const running = live ? tools.find(({ status }) => status === 'called') : undefined;
  const failed = tools.filter(({ status }) => status === 'failed').length;
  const title = (
    <>
      <Wrench size={14} aria-hidden="true" />
      <span>{running ? `Calling ${running.name}…` : counted(tools.length, 'tool call')}</span>
      {failed > 0 && <span className={css.failed}>{failed} failed</span>}
    </>
  );
  return (
    <Folded title={title}>
      <ol className={css.calls}>
        {tools.map((tool) => (
          <li key={tool.number} data-tool={tool.name} data-status={tool.status}>
            <p>
              <strong>{tool.name}</strong> <code>{tool.arguments}</code> <span>{ending(tool, live)}</span>
            </p>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long result is scrolled by keyboard. */}
            {tool.text !== '' && <pre tabIndex={0}>{tool.text}</pre>}
          </li>
        ))}
      </ol>
    </Folded>
  );
}

function ending({ status, duration_ms }: ToolUse, live: boolean): string {
  const took = duration_ms == null ? '' : ` after ${duration(duration_ms)}`;
  if (status === 'called') {
    return live ? 'running' : 'no result: the turn ended before';
  }
  return status === 'failed' ? `failed${took}` : `completed${took}`;
}
