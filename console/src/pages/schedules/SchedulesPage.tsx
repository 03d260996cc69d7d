import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Schedule } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { EVERY, keys } from '../../data/queries.ts';
import { useTold } from '../../data/reach.ts';
import { Badge, type Tone } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Page } from '../../ui/Page.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { Section } from '../../ui/Section.tsx';
import { SessionLink } from '../../ui/SessionLink.tsx';
import { useShortcuts } from '../../ui/shortcuts.ts';
import table from '../../ui/Table.module.css';
import { Ago } from '../../ui/Times.tsx';
import { toast } from '../../ui/Toast.tsx';
import { DeleteSchedule } from './DeleteSchedule.tsx';
import { NewSchedule } from './NewSchedule.tsx';
import css from './Schedules.module.css';
import { stateOf, timesOf } from './times.ts';

/** The schedules that the key may see: when each creates its next session, and what became of the last one. */
export function SchedulesPage() {
  const client = useClient();
  const { data, error, refetch } = useQuery({
    queryKey: keys.schedules,
    queryFn: ({ signal }) => client.schedules.list({ limit: 1000 }, { signal }),
    refetchInterval: EVERY,
  });
  const [making, setMaking] = useState(false);
  const [deleting, setDeleting] = useState<Schedule>();
  useShortcuts({ n: () => setMaking(true) });
  const problem = useTold(error);
  return (
    <Page
      title="Schedules"
      actions={
        <Button look="primary" icon={<Plus />} onClick={() => setMaking(true)}>
          New schedule
        </Button>
      }
    >
      {problem !== undefined && <ProblemView error={problem} retry={() => void refetch()} />}
      {data && (
        <Section flush>
          {data.schedules.length === 0 ? (
            <Empty title="No schedules yet">
              A schedule creates sessions at times: every night, every 15 minutes, or once.
            </Empty>
          ) : (
            <ScheduleTable of={data.schedules} onDelete={setDeleting} />
          )}
        </Section>
      )}
      <NewSchedule open={making} onClose={() => setMaking(false)} />
      <DeleteSchedule of={deleting} onClose={() => setDeleting(undefined)} />
    </Page>
  );
}

const TONES: Record<ReturnType<typeof stateOf>, Tone> = { active: 'good', paused: 'warn', finished: 'idle' };

function ScheduleTable({ of, onDelete }: { of: readonly Schedule[]; onDelete: (schedule: Schedule) => void }) {
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">Schedule</th>
          <th scope="col">State</th>
          <th scope="col" className={css.wide}>
            Next
          </th>
          <th scope="col" className={css.wide}>
            Last result
          </th>
          <th scope="col">
            <span className="hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {of.map((schedule) => (
          <Row key={schedule.schedule_id} of={schedule} onDelete={() => onDelete(schedule)} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ of: schedule, onDelete }: { of: Schedule; onDelete: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const { schedule_id: id } = schedule;
  const act = async (work: () => Promise<string>) => {
    setBusy(true);
    try {
      toast(await work());
    } catch (problem) {
      toast(problem instanceof Error ? problem.message : String(problem), 'bad');
    } finally {
      setBusy(false);
      await queries.invalidateQueries({ queryKey: keys.schedules });
    }
  };
  const state = stateOf(schedule);
  return (
    <tr data-schedule={id} data-state={state}>
      <td className={css.name}>
        <strong>{id}</strong>
        <code>{timesOf(schedule)}</code>
        <span className={css.narrow}>
          <span>
            Next: <Next of={schedule} />
          </span>
          <span>
            Last: <Last of={schedule} />
          </span>
        </span>
      </td>
      <td>
        <Badge tone={TONES[state]}>{state}</Badge>
      </td>
      <td className={css.wide}>
        <Next of={schedule} />
      </td>
      <td className={css.wide}>
        <Last of={schedule} />
      </td>
      <td className={css.actions}>
        <Button
          look="quiet"
          disabled={busy}
          aria-label={`${schedule.paused ? 'Resume' : 'Pause'} ${id}`}
          onClick={() =>
            void act(async () => {
              const { paused } = await client.schedules.update(
                id,
                { paused: !schedule.paused },
                { expectedRevision: schedule.revision },
              );
              return `${id} ${paused ? 'paused' : 'resumed'}`;
            })
          }
        >
          {schedule.paused ? 'Resume' : 'Pause'}
        </Button>
        <Button
          look="quiet"
          disabled={busy}
          aria-label={`Run now: ${id}`}
          onClick={() => void act(async () => `${(await client.schedules.run(id)).session_id} created`)}
        >
          Run now
        </Button>
        <Button look="quiet" disabled={busy} aria-label={`Delete ${id}`} onClick={onDelete}>
          Delete
        </Button>
      </td>
    </tr>
  );
}

function Next({ of: { next_at } }: { of: Schedule }) {
  return next_at ? <Ago time={next_at} /> : <span>–</span>;
}

function Last({ of: { last } }: { of: Schedule }) {
  if (!last) {
    return <span className={css.last}>never</span>;
  }
  return (
    <span className={css.last} data-outcome={last.outcome}>
      {last.outcome} <Ago time={last.time} />
      {last.session_id && <SessionLink id={last.session_id} />}
      {last.error && last.outcome === 'failed' && <span className={css.error}>{last.error}</span>}
    </span>
  );
}
