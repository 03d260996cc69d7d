import { useQuery } from '@tanstack/react-query';
import { useClient } from '../../data/connection.ts';
import { Markdown } from '../../ui/Markdown.tsx';
import { counted } from '../../ui/numbers.ts';
import css from './Divider.module.css';
import type { Summary } from './turns.ts';

/** Below the last turn that the model is sent a summary of: the turns above are here to be read, and the model has the summary. */
export function Divider({ sessionId, summary: { turns, revision } }: { sessionId: string; summary: Summary }) {
  const client = useClient();
  const { data: text, isPending } = useQuery({
    queryKey: ['summary', sessionId, revision],
    queryFn: async ({ signal }) => {
      const { events } = await client.events.list(sessionId, { after: revision - 1, limit: 1 }, { signal });
      const event = events.find(({ seq }) => seq === revision);
      // An event that retention has dropped does not say.
      return event?.type === 'conversation_compacted' ? (event.data.text ?? null) : '';
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (isPending) {
    return null;
  }
  const count = <span className={css.count}>{counted(turns, 'turn')}</span>;
  if (text === null) {
    return (
      <p className={css.line} data-summary={turns}>
        Earlier messages are no longer sent to the model {count}
      </p>
    );
  }
  const words = <>Earlier messages were summarised {count}</>;
  if (!text) {
    return (
      <p className={css.line} data-summary={turns}>
        {words}
      </p>
    );
  }
  return (
    <details className={css.divider} data-summary={turns}>
      <summary className={css.line} title="Show the summary, which the model is sent instead">
        {words}
      </summary>
      <div className={css.text}>
        <Markdown text={text} />
      </div>
    </details>
  );
}
