import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import type { CreateSchedule } from 'sessiond';
import { Problem } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { Dialog, DialogForm } from '../../ui/Dialog.tsx';
import { SelectField, TextArea, TextField, words } from '../../ui/Field.tsx';
import { At } from '../../ui/Times.tsx';
import { toast } from '../../ui/Toast.tsx';
import { parseRequest } from '../sessions/draft.ts';
import css from './Schedules.module.css';

type Kind = 'cron' | 'every' | 'at';

const KINDS: Record<Kind, { title: string; placeholder: string; hint: string }> = {
  cron: {
    title: 'Cron expression',
    placeholder: '0 3 * * 1-5',
    hint: 'Minute, hour, day of the month, month, day of the week; or @hourly, @daily, @weekly, @monthly.',
  },
  every: { title: 'Interval', placeholder: '6h', hint: 'Whole seconds, one minute at least, such as 15m or 6h.' },
  at: { title: 'Once', placeholder: '2027-01-01T08:00:00Z', hint: 'A time such as 2027-01-01T08:00:00Z.' },
};

/** Creates a schedule; the server says which times come next while they are typed. */
export function NewSchedule({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="New schedule" wide>
      <Form onClose={onClose} />
    </Dialog>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  const [kind, setKind] = useState<Kind>('cron');
  const [times, setTimes] = useState('');
  const [zone, setZone] = useState('');
  const submit = async (form: FormData) => {
    const id = words(form, 'schedule_id');
    const catchUp = words(form, 'catch_up');
    const name = words(form, 'name');
    const session = words(form, 'session');
    const request: CreateSchedule = {
      ...timingOf(kind, times, zone),
      ...(id && { schedule_id: id }),
      ...(catchUp && { catch_up: catchUp }),
      overlap: words(form, 'overlap') === 'allow' ? 'allow' : 'skip',
      session: { ...(session && parseRequest(session)), ...(name && { name }) },
    };
    const made = await client.schedules.create(request);
    toast(`${made.schedule_id} created`);
    await queries.invalidateQueries({ queryKey: keys.schedules });
  };
  return (
    <DialogForm action="Create schedule" submit={submit} onClose={onClose}>
      <div className={css.pair}>
        <TextField label="Id" name="schedule_id" placeholder="nightly" hint="Leave empty for a generated id." />
        <TextField label="Name of its sessions" name="name" pointer="/session/name" placeholder="Nightly report" />
      </div>
      <div className={css.pair}>
        <SelectField label="Times" value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
          {Object.entries(KINDS).map(([kind, { title }]) => (
            <option key={kind} value={kind}>
              {title}
            </option>
          ))}
        </SelectField>
        <TextField
          label={KINDS[kind].title}
          pointer={`/${kind}`}
          required
          placeholder={KINDS[kind].placeholder}
          hint={KINDS[kind].hint}
          value={times}
          onChange={(event) => setTimes(event.target.value)}
        />
      </div>
      {kind === 'cron' && (
        <TextField
          label="Time zone"
          pointer="/time_zone"
          placeholder="UTC"
          hint="An IANA name such as Europe/Berlin."
          value={zone}
          onChange={(event) => setZone(event.target.value)}
        />
      )}
      <Upcoming kind={kind} times={times} zone={zone} />
      <div className={css.pair}>
        <SelectField label="While the last session is active" name="overlap" defaultValue="skip">
          <option value="skip">Skip the time</option>
          <option value="allow">Create another session</option>
        </SelectField>
        <TextField
          label="Catch up"
          name="catch_up"
          placeholder="latest only"
          hint="How long ago a missed time may be, such as 6h; 0s for none."
        />
      </div>
      <TextArea
        label="Session"
        name="session"
        pointer="/session"
        mono
        rows={8}
        placeholder={'{ "orchestrator": "claude-code://lead" }'}
        hint={
          <>
            The body of <a href="/docs#create_session">POST /sessions</a>, as JSON. Leave it empty for a session without
            a plan.
          </>
        }
      />
    </DialogForm>
  );
}

function timingOf(kind: Kind, times: string, zone: string): CreateSchedule {
  return { [kind]: times.trim(), ...(kind === 'cron' && zone.trim() && { time_zone: zone.trim() }) };
}

/** The next times, or what is wrong with them, as the server says. */
function Upcoming({ kind, times, zone }: { kind: Kind; times: string; zone: string }) {
  const client = useClient();
  const timing = useDeferredValue(JSON.stringify(timingOf(kind, times, zone)));
  const { data, error } = useQuery({
    queryKey: [...keys.schedules, 'preview', timing],
    queryFn: ({ signal }) => client.schedules.preview(JSON.parse(timing) as CreateSchedule, { signal }),
    enabled: times.trim() !== '',
    retry: false,
    staleTime: 30_000,
  });
  return (
    <div className={css.upcoming} aria-live="polite" data-upcoming={data?.upcoming.length}>
      {times.trim() === '' ? (
        <p>The next times appear here.</p>
      ) : error ? (
        <p className={css.error}>
          {error instanceof Problem ? (error.errors[0]?.detail ?? error.detail) : String(error)}
        </p>
      ) : data ? (
        <>
          <p>Next</p>
          <ol>
            {data.upcoming.map((time) => (
              <li key={time}>
                <At time={time} />
              </li>
            ))}
          </ol>
        </>
      ) : (
        <p>…</p>
      )}
    </div>
  );
}
