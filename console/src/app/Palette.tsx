import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Dialog as Radix } from 'radix-ui';
import { type KeyboardEvent, type ReactNode, useDeferredValue, useEffect, useId, useState } from 'react';
import { useClient } from '../data/connection.ts';
import { keys } from '../data/queries.ts';
import { Status } from '../ui/Badge.tsx';
import { taskState } from '../ui/states.ts';
import css from './Palette.module.css';

/** Something that can be gone to or done. */
export interface Command {
  id: string;
  title: string;
  /** What kind of thing it is, and what tells it apart. */
  about: ReactNode;
  /** What it is also found by. */
  words?: string;
  act: () => void;
}

/** Sessions and agents that are found at most. */
const FOUND = 8;

/** Finds a page, an action, a session, an agent or a task by its name or id, and goes there. */
export function Palette({
  open,
  onClose,
  commands,
}: {
  open: boolean;
  onClose: () => void;
  commands: readonly Command[];
}) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={css.overlay} />
        <Radix.Content className={css.content} aria-describedby={undefined}>
          <Radix.Title className="hidden">Search and commands</Radix.Title>
          <Search commands={commands} onClose={onClose} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Search({ commands, onClose }: { commands: readonly Command[]; onClose: () => void }) {
  const id = useId();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const sought = useDeferredValue(text.trim());
  const found = useFound(sought);
  const words = sought.toLowerCase().split(/\s+/);
  const fitting = commands.filter(({ title, words: more = '' }) =>
    words.every((word) => `${title} ${more}`.toLowerCase().includes(word)),
  );
  const all = [...(sought === '' ? [] : found), ...fitting];
  const active = Math.min(at, all.length - 1);
  // What is found anew begins at its top.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text finds other things.
  useEffect(() => setAt(0), [sought]);
  const run = (command: Command | undefined) => {
    if (command) {
      onClose();
      command.act();
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined && all.length > 0) {
      setAt((active + by + all.length) % all.length);
    } else if (event.key === 'Enter') {
      run(all[active]);
    } else {
      return;
    }
    event.preventDefault();
  };
  return (
    <>
      <input
        type="search"
        role="combobox"
        aria-label="Search sessions, agents, tasks and commands"
        aria-expanded="true"
        aria-controls={`${id}list`}
        aria-activedescendant={all.length > 0 ? `${id}${active}` : undefined}
        placeholder="Search sessions, agents, tasks and commands"
        autoComplete="off"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: it was opened to be typed into.
        autoFocus
        className={css.input}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div id={`${id}list`} role="listbox" aria-label="Results" className={css.list}>
        {all.map((command, place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys for all of its options.
          <div
            key={command.id}
            id={`${id}${place}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === active}
            className={css.option}
            data-command={command.id}
            ref={place === active ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
            onPointerMove={() => setAt(place)}
            onClick={() => run(command)}
          >
            <bdi className={css.title}>{command.title}</bdi>
            <span className={css.about}>{command.about}</span>
          </div>
        ))}
        {all.length === 0 && <p className={css.none}>No results</p>}
      </div>
    </>
  );
}

/** Sessions, agents and tasks with this text. */
function useFound(text: string): Command[] {
  const client = useClient();
  const navigate = useNavigate();
  const { data } = useQuery({
    queryKey: [...keys.sessions, 'palette', text],
    queryFn: async ({ signal }) => {
      const isTask = /^task_\w+$/.test(text);
      const [sessions, agents, task] = await Promise.all([
        client.sessions.list({ q: text, limit: FOUND }, { signal }),
        client.agents.list({ limit: 1_000 }, { signal }),
        isTask ? client.tasks.get(text, { signal }).catch(() => undefined) : undefined,
      ]);
      return { sessions: sessions.sessions, agents: agents.agents, task };
    },
    enabled: text !== '',
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });
  if (!data) {
    return [];
  }
  const { task } = data;
  return [
    ...(task
      ? [
          {
            id: task.task_id,
            title: task.step ? `${task.step}: ${task.task_type}` : task.task_type,
            about: <Status noun="task" of={taskState(task)} />,
            act: () =>
              void navigate({
                to: '/sessions/$sessionId/$panel',
                params: { sessionId: task.session_id, panel: 'tasks' },
                search: task.step ? { step: task.step } : {},
              }),
          },
        ]
      : []),
    ...data.sessions.map(({ session_id, name, status }) => ({
      id: session_id,
      title: name ?? session_id,
      about: <Status noun="session" of={status} />,
      act: () => void navigate({ to: '/sessions/$sessionId', params: { sessionId: session_id } }),
    })),
    ...data.agents
      .filter(({ agent_id }) => agent_id.toLowerCase().includes(text.toLowerCase()))
      .slice(0, FOUND)
      .map(({ agent_id, status }) => ({
        id: agent_id,
        title: agent_id,
        about: <Status noun="agent" of={status} />,
        act: () => void navigate({ to: '/agents/$agentId', params: { agentId: agent_id } }),
      })),
  ];
}
