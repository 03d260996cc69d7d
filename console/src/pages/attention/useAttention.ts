import { useQuery } from '@tanstack/react-query';
import { type MessageInfo, Problem, type Question, type SessionSummary, type Task } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { dueAt } from '../../facets/workflow/text.ts';

/** How often it is looked for what needs somebody, in milliseconds: on the page, and for the number beside its name. */
const SOON = 3_000;
const SELDOM = 15_000;
/** Rows of a kind that are shown. */
const MOST = 200;
/** A task that no agent has accepted for so long waits, in milliseconds. */
const PATIENCE = 60_000;

/** How far back failures are looked for. */
export const PERIODS = { day: 86_400_000, week: 7 * 86_400_000, all: Number.POSITIVE_INFINITY } as const;
export type Period = keyof typeof PERIODS;

/** What needs a person, over all sessions that the key may see; newest first. */
export interface Attention {
  questions: Question[];
  /** Tasks that failed or timed out in sessions that may need them. */
  failed: Task[];
  /** Tasks that no agent accepts. */
  unaccepted: Task[];
  sessions: SessionSummary[];
  /** Absent when the key may not list messages. */
  letters: MessageInfo[] | undefined;
  /** Whether there is more of a kind than is shown. */
  more: boolean;
}

/** Looks for what needs a person; `watched` while the page is open. */
export function useAttention(period: Period, watched: boolean) {
  const client = useClient();
  return useQuery({
    queryKey: [...keys.attention, period],
    queryFn: async ({ signal }): Promise<Attention> => {
      const options = { signal };
      const [questions, failed, late, pending, sessions, letters] = await Promise.all([
        client.questions.list({ limit: MOST }, options),
        client.tasks.list({ status: 'failed', limit: MOST }, options),
        client.tasks.list({ status: 'timeout', limit: MOST }, options),
        client.tasks.list({ status: 'pending', limit: MOST }, options),
        client.sessions.list({ status: 'failed', sort: 'updated', limit: MOST }, options),
        client.messages.list({ state: 'dead', limit: MOST }, options).catch((error: unknown) => {
          if (error instanceof Problem && error.status === 403) {
            return undefined;
          }
          throw error;
        }),
      ]);
      const now = Date.now();
      const since = now - PERIODS[period];
      const recent = (time: string) => Date.parse(time) >= since;
      const pages = [questions, failed, late, pending, sessions, ...(letters ? [letters] : [])];
      return {
        questions: questions.questions,
        failed: newest([...failed.tasks, ...late.tasks]).filter(({ updated_at }) => recent(updated_at)),
        unaccepted: pending.tasks.filter((task) => isDue(task, now) && now - Date.parse(task.created_at) > PATIENCE),
        sessions: sessions.sessions.filter(({ updated_at }) => recent(updated_at)),
        letters: letters?.messages.filter(({ accepted_at }) => recent(accepted_at)),
        more: pages.some(({ next_cursor }) => Boolean(next_cursor)),
      };
    },
    refetchInterval: watched ? SOON : SELDOM,
  });
}

const newest = (tasks: readonly Task[]): Task[] =>
  [...tasks].sort((one, other) => other.updated_at.localeCompare(one.updated_at));

/** Whether the agent could accept it now: a retry that is due later does not wait for an agent. */
const isDue = (task: Task, now: number): boolean => task.attempts.length === 0 || now - dueAt(task) > PATIENCE;

/** How much there is. */
export const sizeOf = ({ questions, failed, unaccepted, sessions, letters }: Attention): number =>
  questions.length + failed.length + unaccepted.length + sessions.length + (letters?.length ?? 0);
