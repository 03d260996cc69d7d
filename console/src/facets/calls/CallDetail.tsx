import { EyeOff, Link as LinkIcon } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { type CallEntry, toJson } from 'sessiond';
import type { Feed } from '../../data/feed.ts';
import { Status } from '../../ui/Badge.tsx';
import { IconButton } from '../../ui/Button.tsx';
import { CopyButton } from '../../ui/Copy.tsx';
import { copy } from '../../ui/clipboard.ts';
import { microseconds } from '../../ui/duration.ts';
import { Inspector, Part } from '../../ui/Inspector.tsx';
import { Json } from '../../ui/Json.tsx';
import { bytes, counted, dollars, grouped } from '../../ui/numbers.ts';
import { ProblemView } from '../../ui/Problem.tsx';
import { Facts } from '../../ui/Section.tsx';
import { toast } from '../../ui/Toast.tsx';
import { date, exactClock, useZone, zoneName } from '../../ui/time.ts';
import css from './CallDetail.module.css';
import { KindIcon } from './CallIcon.tsx';
import { answered, asked, conversation, type Message, question } from './conversation.ts';
import { KINDS, STATUSES } from './entry.ts';
import { Messages } from './Messages.tsx';
import type { CallTable } from './table.ts';
import { useTold } from './useCalls.ts';

export interface CallDetailProps {
  feed: Feed;
  table: CallTable;
  call: number;
  /** It waits for the answer to a question. */
  waits: boolean;
  now: number;
  /** How often somebody asked to have the focus here. */
  focused: number;
  onSelect: (call: number) => void;
  onClose: () => void;
}

/** All about one call: what it was given, what it gave or what went wrong, when, and who made it. */
export function CallDetail({ feed, table, call, waits, now, focused, onSelect, onClose }: CallDetailProps) {
  const told = useTold(feed, call, table.beganSeq[call] ?? 0, table.endedSeq[call] ?? 0);
  const { began, ended, problem, retry } = told;
  const close = useRef<HTMLElement>(null);
  useEffect(() => {
    if (focused > 0) {
      close.current?.focus();
    }
  }, [focused]);
  const state = STATUSES[table.state[call] ?? 0] ?? 'running';
  const reading = began === undefined && problem === undefined;
  const answer = answered(ended?.output);
  const whole = conversation(ended?.output);
  const link = () => {
    const address = new URL(location.href);
    address.search = `?call=${call}`;
    void copy(address.href).then((copied) => copied && toast(`Link to call ${call} copied`));
  };
  return (
    <Inspector
      ref={close}
      className={css.detail}
      icon={<KindIcon of={table.kind[call] ?? 0} size={17} />}
      name={table.name(call)}
      actions={<IconButton label="Copy a link to this call" icon={<LinkIcon />} onClick={link} />}
      close="Close the call"
      onClose={onClose}
      tabIndex={-1}
      aria-label={`Call ${call}, ${table.name(call)}`}
      data-call={call}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <div className={css.states}>
        <Status noun="call" of={waits ? 'waiting' : state} />
        <span className={css.took}>{microseconds(table.end(call, now) - (table.began[call] ?? 0))}</span>
        {table.isAside(call) && (
          <span className={css.note}>discarded: a later process resumed from an earlier point</span>
        )}
      </div>
      {state === 'interrupted' && (
        <p className={css.note}>
          Its process, or the session, ended while the call was running, so its result is unknown. The time is when the
          process was last seen.
        </p>
      )}
      {problem !== undefined && <ProblemView error={problem} retry={retry} />}
      {ended?.error && <Failure error={ended.error} />}
      <Payload
        title="Input"
        value={began?.input}
        said={asked(began?.input) ?? (began?.kind === 'agent' ? question(began.input) : undefined)}
        omitted={began?.input_omitted}
        reading={reading}
      >
        No input.
      </Payload>
      {state === 'completed' && (
        <Payload
          title="Output"
          value={ended?.output}
          said={answer && [answer]}
          omitted={ended?.output_omitted}
          reading={reading}
          note={
            ended?.opaque && (
              <>
                <EyeOff size={13} aria-hidden="true" /> For people alone: it holds a secret, or cannot be read back as
                JSON. A replay runs the call again.
              </>
            )
          }
        >
          No output.
        </Payload>
      )}
      {whole && (
        <Part title="Conversation">
          <details>
            <summary className={css.fold}>{counted(whole.length, 'message')}</summary>
            <Messages of={whole} label="Conversation" />
          </details>
        </Part>
      )}
      {ended?.usage && <Usage usage={ended.usage} />}
      <Part title="Times">
        <Times table={table} call={call} now={now} />
      </Part>
      <Part title="Call info">
        <Relations table={table} call={call} entry={began} onSelect={onSelect} />
      </Part>
    </Inspector>
  );
}

function Failure({ error }: { error: NonNullable<CallEntry['error']> }) {
  return (
    <div className={css.failure}>
      <p>
        <strong>{error.type}</strong> {error.message}
      </p>
      {error.trace && (
        <details open={error.trace.length < 1_500}>
          <summary>Trace</summary>
          <div className={css.copied}>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a trace is wide, and keys scroll it. */}
            <pre tabIndex={0}>{error.trace}</pre>
            <CopyButton label="Copy the trace" text={error.trace} />
          </div>
        </details>
      )}
    </div>
  );
}

/** What was given, or what it gave: as messages where it is a talk with a model, in words where it is not there. */
function Payload({
  title,
  value,
  said,
  omitted,
  reading,
  note,
  children,
}: {
  title: string;
  value: unknown;
  said: readonly Message[] | undefined;
  omitted: number | null | undefined;
  reading: boolean;
  note?: ReactNode;
  children: string;
}) {
  let content: ReactNode = <p className={css.note}>{children}</p>;
  if (reading) {
    content = <p className={css.note}>Reading…</p>;
  } else if (omitted !== undefined && omitted !== null) {
    content = <p className={css.note}>It was left out of the record, because it has {bytes(omitted)}.</p>;
  } else if (value !== undefined) {
    const json = (
      <div className={css.copied}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may be long, and keys scroll it. */}
        {/* biome-ignore lint/a11y/useSemanticElements: a value is no fieldset. */}
        <div className={css.value} role="group" tabIndex={0} aria-label={title}>
          <Json value={value} open={3} />
        </div>
        <CopyButton label={`Copy the ${title.toLowerCase()} as JSON`} text={toJson(value, 2)} />
      </div>
    );
    content = said ? (
      <>
        <Messages of={said} label={title} />
        <details>
          <summary className={css.fold}>As JSON</summary>
          {json}
        </details>
      </>
    ) : (
      json
    );
  }
  return (
    <Part title={title}>
      {note && <p className={css.note}>{note}</p>}
      {content}
    </Part>
  );
}

function Usage({ usage }: { usage: NonNullable<CallEntry['usage']> }) {
  const { model, provider, input_tokens, output_tokens, cost, latency_us } = usage;
  const facts: [string, ReactNode][] = [];
  if (model) {
    facts.push(['Model', provider ? `${model} of ${provider}` : model]);
  }
  facts.push(['Input tokens', grouped(input_tokens ?? 0)]);
  facts.push(['Output tokens', grouped(output_tokens ?? 0)]);
  if (cost !== undefined && cost !== null) {
    facts.push(['Cost', dollars(cost)]);
  }
  if (latency_us !== undefined && latency_us !== null) {
    facts.push(['Latency', microseconds(latency_us)]);
  }
  return (
    <Part title="Usage">
      <Facts of={facts} />
    </Part>
  );
}

function Times({ table, call, now }: { table: CallTable; call: number; now: number }) {
  useZone();
  const began = table.began[call] ?? 0;
  const end = table.end(call, now);
  const run = table.runOf(call);
  const facts: [string, ReactNode][] = [
    ['Started', `${date(began / 1_000)}, ${exactClock(began / 1_000)} ${zoneName(began / 1_000)}`],
  ];
  if (table.state[call] !== 0) {
    facts.push([table.endedSeq[call] === 0 ? 'Last seen' : 'Ended', exactClock(end / 1_000)]);
  }
  if ((table.children[call] ?? 0) > 0) {
    facts.push(['Self time', microseconds(table.own(call, now))]);
  }
  if (run) {
    facts.push(['Within the run', `${microseconds(Math.max(0, began - run.began))} after its first call`]);
    facts.push(['Process', `${run.process} (${run.writer})`]);
  }
  return <Facts of={facts} />;
}

function Relations({
  table,
  call,
  entry,
  onSelect,
}: {
  table: CallTable;
  call: number;
  entry: CallEntry | undefined;
  onSelect: (call: number) => void;
}) {
  const to = (other: number) => (
    <button type="button" className={css.link} onClick={() => onSelect(other)}>
      {table.name(other)}, call {grouped(other)}
    </button>
  );
  const parent = table.parent[call] ?? 0;
  const resumes = table.resumes(call);
  const taken = table.takenUpBy(call);
  const facts: [string, ReactNode][] = [
    ['Number', grouped(call)],
    ['Kind', KINDS[table.kind[call] ?? 0]],
    ['Called by', parent === 0 ? 'the program itself' : to(parent)],
  ];
  if (typeof entry?.position === 'number') {
    facts.push(['Position', `${grouped(entry.position)}, counted from 0`]);
  }
  if (resumes !== undefined) {
    facts.push(['Resumes', to(resumes)]);
  }
  if (taken !== undefined) {
    facts.push(['Resumed by', to(taken)]);
  }
  if (table.fromRecord(call) > 0) {
    facts.push(['From the record', counted(table.fromRecord(call), 'result')]);
  }
  if ((table.children[call] ?? 0) > 0) {
    facts.push(['Calls', counted(table.children[call] ?? 0, 'call')]);
  }
  if (entry?.key) {
    facts.push(['Key', <code key="key">{entry.key}</code>]);
  }
  return <Facts of={facts} />;
}
