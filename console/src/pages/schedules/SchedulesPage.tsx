import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Schedule } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { EVERY, keys } from '../../data/queries.ts';
import { useTold } from '../../data/reach.ts';
import { Status } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Page } from '../../ui/Page.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { Section } from '../../ui/Section.tsx';
import { SessionLink } from '../../ui/SessionLink.tsx';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { type Column, Named, Table } from '../../ui/Table.tsx';
import { Ago } from '../../ui/Times.tsx';
import { useAct } from '../../ui/useAct.ts';
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
      {deleting && <DeleteSchedule of={deleting} onClose={() => setDeleting(undefined)} />}
    </Page>
  );
}

function ScheduleTable({ of, onDelete }: { of: readonly Schedule[]; onDelete: (schedule: Schedule) => void }) {
  const columns: Column<Schedule>[] = [
    {
      title: 'Schedule',
      of: (schedule) => (
        <Named name={schedule.schedule_id}>
          <code>{timesOf(schedule)}</code>
          <span className={css.narrow}>
            <span>
              Next: <Next of={schedule} />
            </span>
            <span>
              Last: <Last of={schedule} />
            </span>
          </span>
        </Named>
      ),
    },
    { title: 'State', of: (schedule) => <Status noun="schedule" of={stateOf(schedule)} /> },
    { title: 'Next', wide: true, of: (schedule) => <Next of={schedule} /> },
    { title: 'Last result', wide: true, of: (schedule) => <Last of={schedule} /> },
    {
      title: 'Actions',
      actions: true,
      of: (schedule) => <Actions of={schedule} onDelete={() => onDelete(schedule)} />,
    },
  ];
  return (
    <Table
      rows={of}
      columns={columns}
      id={({ schedule_id }) => schedule_id}
      data={(schedule) => ({ 'data-schedule': schedule.schedule_id, 'data-state': stateOf(schedule) })}
    />
  );
}

function Actions({ of: { schedule_id: id, paused, revision }, onDelete }: { of: Schedule; onDelete: () => void }) {
  const client = useClient();
  const { busy, act } = useAct(keys.schedules);
  const pause = async () => {
    const after = await client.schedules.update(id, { paused: !paused }, { expectedRevision: revision });
    return `${id} ${after.paused ? 'paused' : 'resumed'}`;
  };
  return (
    <>
      <Button
        look="quiet"
        disabled={busy}
        aria-label={`${paused ? 'Resume' : 'Pause'} ${id}`}
        onClick={() => act(pause)}
      >
        {paused ? 'Resume' : 'Pause'}
      </Button>
      <Button
        look="quiet"
        disabled={busy}
        aria-label={`Run now: ${id}`}
        onClick={() => act(async () => `${(await client.schedules.run(id)).session_id} created`)}
      >
        Run now
      </Button>
      <Button look="quiet" disabled={busy} aria-label={`Delete ${id}`} onClick={onDelete}>
        Delete
      </Button>
    </>
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
      <Status noun="run" of={last.outcome} /> <Ago time={last.time} />
      {last.session_id && <SessionLink id={last.session_id} />}
      {last.error && last.outcome === 'failed' && <span className={css.error}>{last.error}</span>}
    </span>
  );
}
