import { useNavigate, useSearch } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Send } from 'lucide-react';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Session, Task } from 'sessiond';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Select } from '../../ui/Field.tsx';
import { grouped } from '../../ui/numbers.ts';
import { ProblemView } from '../../ui/Problem.tsx';
import { Section } from '../../ui/Section.tsx';
import { stateOf } from '../../ui/states.ts';
import type { PanelProps } from '../facet.ts';
import { DelegateDialog } from './DelegateDialog.tsx';
import { SORTS, select, type TaskSelection } from './selection.ts';
import { TaskItem } from './TaskItem.tsx';
import css from './TasksPanel.module.css';
import type { TaskBook } from './tasks.ts';
import { useTasks } from './useTasks.ts';

const STATES = ['open', 'pending', 'in_progress', 'completed', 'failed', 'timeout', 'cancelled'];

/** Every task of the session, live. */
export default function TasksPanel({ session, feed }: PanelProps) {
  const book = useTasks(feed);
  const { selection, change } = useSelection();
  const [delegating, setDelegating] = useState(false);
  const { tasks } = book;
  const { state, agent, step, sort } = selection;
  const shown = useMemo(() => select(tasks, { state, agent, step, sort }), [tasks, state, agent, step, sort]);
  const agents = useMemo(() => [...new Set(tasks.flatMap((task) => [task.assignee, task.delegatee]))].sort(), [tasks]);
  const steps = useMemo(() => stepsOf(session, tasks), [session, tasks]);
  const filtered = Boolean(state || agent || step);
  const delegate = session.status === 'active' && (
    <Button icon={<Send />} onClick={() => setDelegating(true)}>
      Delegate task
    </Button>
  );
  return (
    <Section
      title={
        <>
          Tasks{' '}
          <span className={css.count} role="status">
            {countInWords(shown.length, session.total_tasks, filtered, book)}
          </span>
        </>
      }
      flush
      actions={
        <>
          <Filter
            label="Status"
            value={state}
            all="Any status"
            wordOf={(one) => (one === 'open' ? one : stateOf('task', one).word)}
            onChange={(value) => change({ state: value })}
          >
            {STATES}
          </Filter>
          <Filter label="Agent" value={agent} all="Any agent" onChange={(value) => change({ agent: value })}>
            {agents}
          </Filter>
          {steps.length > 0 && (
            <Filter label="Step" value={step} all="Any step" onChange={(value) => change({ step: value })}>
              {steps}
            </Filter>
          )}
          <Select
            label="Order"
            value={sort ?? 'newest'}
            onChange={({ target }) => change({ sort: target.value === 'newest' ? undefined : target.value })}
          >
            {Object.entries(SORTS).map(([value, title]) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </Select>
          {delegate}
        </>
      }
    >
      {book.problem && (
        <div className={css.problem}>
          <ProblemView error={book.problem} retry={book.retry} />
        </div>
      )}
      {shown.length > 0 ? (
        <TaskList tasks={shown} session={session} />
      ) : (
        <Nothing session={session} book={book} filtered={filtered} onClear={() => change(NO_FILTER)} />
      )}
      <DelegateDialog session={session} open={delegating} onClose={() => setDelegating(false)} />
    </Section>
  );
}

const NO_FILTER = { state: undefined, agent: undefined, step: undefined };

function Nothing({
  session,
  book,
  filtered,
  onClear,
}: {
  session: Session;
  book: TaskBook;
  filtered: boolean;
  onClear: () => void;
}) {
  if (!book.complete) {
    return book.problem ? null : (
      <p className={css.reading} role="status">
        Loading the tasks…
      </p>
    );
  }
  if (filtered) {
    return (
      <Empty title="No matching tasks" action={<Button onClick={onClear}>Show all tasks</Button>}>
        Other tasks of this session have another status, step or agent.
      </Empty>
    );
  }
  return (
    <Empty
      title={session.status === 'active' ? 'No tasks yet' : 'No tasks'}
      {...(session.status === 'active' ? { command: commandOf(session) } : {})}
    >
      {session.status === 'active'
        ? 'The plan, an agent or a person delegates a task to a participant. Delegate one here, or from a terminal:'
        : 'The session ended before a task was delegated.'}
    </Empty>
  );
}

function commandOf(session: Session): string {
  const agent = session.participants?.find(({ status }) => status !== 'left')?.agent_id ?? 'AGENT';
  const body = JSON.stringify({ task_type: 'work', delegatee: agent, payload: {} });
  const url = `${location.origin}/sessions/${encodeURIComponent(session.session_id)}/tasks`;
  return `curl -X POST ${url} -H 'content-type: application/json' -d '${body}'`;
}

/** Ten thousand rows, of which those in sight are drawn; the page itself scrolls. */
function TaskList({ tasks, session }: { tasks: Task[]; session: Session }) {
  const list = useRef<HTMLUListElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [margin, setMargin] = useState(0);
  const scroller = useRef<HTMLElement | null>(null);
  useLayoutEffect(() => {
    scroller.current = scrollerOf(list.current?.closest('section') ?? null);
    const measure = () => {
      if (list.current && scroller.current) {
        const top = list.current.getBoundingClientRect().top - scroller.current.getBoundingClientRect().top;
        setMargin(top + scroller.current.scrollTop);
      }
    };
    measure();
    const observer = new ResizeObserver(measure);
    if (list.current?.parentElement) {
      observer.observe(list.current.parentElement);
    }
    return () => observer.disconnect();
  }, []);
  const rows = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => tasks[index]?.task_id ?? index,
    estimateSize: () => 47,
    overscan: 12,
    scrollMargin: margin,
  });
  const toggle = (id: string) => {
    const next = new Set(open);
    if (!next.delete(id)) {
      next.add(id);
    }
    setOpen(next);
  };
  return (
    <ul ref={list} className={css.list} aria-label="Tasks" style={{ height: rows.getTotalSize() }}>
      {rows.getVirtualItems().map(({ key, index, start }) => {
        const task = tasks[index];
        return (
          task && (
            <li
              key={key}
              ref={rows.measureElement}
              data-index={index}
              className={css.row}
              style={{ translate: `0 ${start - margin}px` }}
              aria-posinset={index + 1}
              aria-setsize={tasks.length}
            >
              <TaskItem
                task={task}
                session={session}
                within="session"
                open={open.has(task.task_id)}
                onToggle={() => toggle(task.task_id)}
              />
            </li>
          )
        );
      })}
    </ul>
  );
}

/** What around an element scrolls. */
function scrollerOf(element: HTMLElement | null): HTMLElement | null {
  let around = element?.parentElement ?? null;
  while (around && !/auto|scroll/.test(getComputedStyle(around).overflowY)) {
    around = around.parentElement;
  }
  return around;
}

function Filter({
  label,
  value,
  all,
  onChange,
  wordOf = (one) => one,
  children,
}: {
  label: string;
  value: string | undefined;
  all: string;
  wordOf?: (one: string) => string;
  onChange: (value: string | undefined) => void;
  children: readonly string[];
}) {
  return (
    <Select label={label} value={value ?? ''} onChange={({ target }) => onChange(target.value || undefined)}>
      <option value="">{all}</option>
      {children.map((one) => (
        <option key={one} value={one}>
          {wordOf(one)}
        </option>
      ))}
    </Select>
  );
}

function useSelection() {
  const search = useSearch({ strict: false }) as Record<string, string | number | undefined>;
  const navigate = useNavigate();
  const text = (name: string) => (search[name] === undefined ? undefined : String(search[name]));
  const selection: TaskSelection = {
    state: text('state'),
    agent: text('agent'),
    step: text('step'),
    sort: text('sort'),
  };
  const change = (next: TaskSelection) =>
    void navigate({
      to: '.',
      search: (before: Record<string, unknown>) => ({ ...before, ...next }),
      replace: true,
      resetScroll: false,
    } as never);
  return { selection, change };
}

/** The plan's steps, and those of tasks whose step is no longer in the plan. */
function stepsOf(session: Session, tasks: readonly Task[]): string[] {
  const steps = new Set(session.workflow?.steps.map(({ name }) => name));
  for (const { step } of tasks) {
    if (step != null) {
      steps.add(step);
    }
  }
  return [...steps];
}

function countInWords(shown: number, total: number, filtered: boolean, book: TaskBook): string {
  const of = filtered ? `${grouped(shown)} of ${grouped(total)}` : grouped(total);
  return book.complete || book.problem ? of : `${of}, loading…`;
}
