import { milliseconds, type Task, toJson } from 'sessiond';

/** What agents say in results, errors and progress is JSON of their own; this is what of it reads as a sentence. */
export function inWords(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  if (typeof value !== 'object' || value === null) {
    return value === undefined || value === null ? '' : String(value);
  }
  const record = value as Record<string, unknown>;
  for (const name of ['detail', 'message', 'reason', 'error', 'summary', 'phase', 'stage', 'step', 'status']) {
    const words = record[name];
    if (typeof words === 'string' && words !== '') {
      return words;
    }
  }
  return toJson(value);
}

/** A text of at most `length` characters. */
export function shortened(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1).trimEnd()}…` : line;
}

/** How far a task is: a share from 0 to 1 where the agent gave one, and its words. */
export interface Progress {
  share?: number;
  words: string;
}

/** Reads what an agent reported: `0.4`, `40`, `"40%"`, `{ "percent": 40, "message": "…" }`, `{ "done": 2, "total": 5 }`. */
export function progressOf(value: unknown): Progress {
  if (typeof value === 'number') {
    const share = shareOf(value);
    return share === undefined ? { words: String(value) } : { share, words: '' };
  }
  if (typeof value === 'string') {
    const percent = /^\s*(\d+(?:\.\d+)?)\s*%\s*[:,–-]?\s*(.*)$/s.exec(value);
    return percent ? { share: clamp(Number(percent[1]) / 100), words: percent[2] ?? '' } : { words: value };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { words: inWords(value) };
  }
  const record = value as Record<string, unknown>;
  const share = recordShare(record);
  const words = inWords(value);
  if (share === undefined) {
    // Without a total there is no share, but how much is done is worth a word.
    const counts = typeof record.done === 'number' && !words.startsWith('{');
    return { words: counts ? `${words}, ${record.done} done` : words };
  }
  return { share, words: words.startsWith('{') ? '' : words };
}

function recordShare(record: Record<string, unknown>): number | undefined {
  const { percent, percentage, done, total } = record;
  for (const value of [percent, percentage]) {
    if (typeof value === 'number') {
      return clamp(value / 100);
    }
  }
  if (typeof done === 'number' && typeof total === 'number' && total > 0) {
    return clamp(done / total);
  }
  for (const name of ['fraction', 'share', 'progress', 'value']) {
    const value = record[name];
    if (typeof value === 'number') {
      return shareOf(value);
    }
  }
  return undefined;
}

/** Up to 1 it is a share, up to 100 a percentage; anything else is no measure of progress. */
function shareOf(value: number): number | undefined {
  if (!(value >= 0 && value <= 100)) {
    return undefined;
  }
  return value <= 1 ? value : value / 100;
}

const clamp = (share: number): number => Math.min(1, Math.max(0, share));

export const isOpen = (task: Task): boolean => task.status === 'pending' || task.status === 'in_progress';

/** Which attempt of the present assignee it is, and how many the policy gives each agent. */
export function attemptOf(task: Task): { nth: number; of: number } {
  let ended = 0;
  while (task.attempts.at(-1 - ended)?.agent_id === task.assignee) {
    ended += 1;
  }
  return { nth: Math.max(1, ended + (isOpen(task) ? 1 : 0)), of: 1 + task.retry_policy.max_retries };
}

/** The time in which an attempt must be accepted, unless its task says otherwise: docs/limits.md. */
const START_WITHIN = '24h';

/** When the present attempt could begin, or began: later than now while a retry waits. */
export const dueAt = ({ status, deadline, timeout, start_within }: Task): number =>
  Date.parse(deadline) - milliseconds(status === 'pending' ? (start_within ?? START_WITHIN) : timeout);
