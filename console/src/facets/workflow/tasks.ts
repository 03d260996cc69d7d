import { type Client, type JournalEvent, Problem, type Task } from 'sessiond';
import type { Feed } from '../../data/feed.ts';
import { asProblem } from '../../ui/Problem.tsx';
import { groupBy } from './group.ts';

/** Tasks of a page. */
const PAGE = 500;
/** From so many changed tasks in a full page on, the page is read instead of each task. */
const DENSE = 12;
/** So many tasks are read one by one in a round, so many at a time. */
const SINGLES = 40;
const AT_ONCE = 4;
/** Between two rounds, in milliseconds: what changes twice meanwhile is read once. */
const PACE = 250;
/** After a round that failed, in milliseconds. */
const AGAIN = 2_000;

/** What a task is called. */
export type Named = Pick<Task, 'task_type' | 'step'>;

/**
 * The tasks of a session as one viewer has them. All pages are read once; then the events say which tasks changed, and
 * only those are read again, in rounds. It never changes a task by itself: what is here is what the server said.
 */
export class TaskBook {
  /** Every task that is here, in the order of their delegation. */
  tasks: readonly Task[] = [];
  /** Whether all of them are here. */
  complete = false;
  /** Why they are not, when the last round failed. */
  problem: Problem | undefined;
  /** Counts changes, for whoever renders what is here. */
  version = 0;
  private readonly kept = new Map<string, { task: Task; page: number }>();
  /** The cursor at which each page begins. */
  private readonly cursors: (string | undefined)[] = [undefined];
  private readonly stalePages = new Set<number>([0]);
  private readonly staleTasks = new Set<string>();
  /** What tasks are called that were delegated a moment ago and are not read yet. */
  private readonly announced = new Map<string, Named>();
  /** How many tasks each page held. */
  private readonly sizes: number[] = [];
  private readonly listeners = new Set<() => void>();
  private working = false;
  private following = false;
  private first = 1;

  constructor(
    private readonly client: Pick<Client, 'tasks'>,
    private readonly feed: Pick<Feed, 'sessionId' | 'onEvent' | 'journal'>,
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (!this.following) {
      // Before the first page is read, so that no change falls between the two.
      this.following = true;
      this.feed.onEvent((event) => this.hear(event));
      this.first = this.feed.journal.first;
      this.feed.journal.subscribe(() => this.lookForGap());
    }
    void this.work();
    return () => void this.listeners.delete(listener);
  };

  getVersion = (): number => this.version;

  get(taskId: string): Task | undefined {
    return this.kept.get(taskId)?.task;
  }

  /** What a task is called, as soon as it was heard of. */
  named = (taskId: string): Named | undefined => this.get(taskId) ?? this.announced.get(taskId);

  /** Tries again at once what failed. */
  retry = (): void => {
    this.problem = undefined;
    void this.work();
  };

  private hear(event: JournalEvent): void {
    if (event.type === 'task_delegated') {
      this.announced.set(event.data.task_id, event.data);
    }
    if (event.type === 'task_delegated' || event.type === 'task_updated') {
      this.stale(event.data.task_id);
    }
  }

  private stale(taskId: string): void {
    this.staleTasks.add(taskId);
    void this.work();
  }

  /** Events that nobody kept may have spoken of any task. */
  private lookForGap(): void {
    if (this.feed.journal.first > this.first) {
      this.first = this.feed.journal.first;
      for (const page of this.cursors.keys()) {
        this.stalePages.add(page);
      }
      void this.work();
    }
  }

  private async work(): Promise<void> {
    if (this.working) {
      return;
    }
    this.working = true;
    while (this.stalePages.size > 0 || this.staleTasks.size > 0) {
      const wasStale = [...this.staleTasks];
      try {
        await this.round(wasStale);
        this.problem = undefined;
      } catch (error) {
        for (const id of wasStale) {
          this.staleTasks.add(id);
        }
        this.problem = asProblem(error);
        this.changed();
        if (!this.problem.retryable) {
          break;
        }
        await sleep(AGAIN);
        continue;
      }
      if (this.stalePages.size === 0) {
        await sleep(PACE);
      }
    }
    this.working = false;
  }

  /** Reads the next page that is not here, and what changed of those that are. */
  private async round(changed: string[]): Promise<void> {
    const byPage = groupBy(changed, (id) => this.kept.get(id)?.page ?? this.cursors.length - 1);
    const dense = [...byPage].filter(([page, ids]) => ids.length >= this.dense(page)).map(([page]) => page);
    const next = [...this.stalePages].slice(0, 1);
    const seen = new Set<string>();
    for (const page of new Set([...next, ...dense])) {
      for (const id of byPage.get(page) ?? []) {
        this.staleTasks.delete(id);
      }
      this.stalePages.delete(page);
      try {
        for (const id of await this.readPage(page)) {
          seen.add(id);
        }
      } catch (error) {
        this.stalePages.add(page);
        throw error;
      }
    }
    const singles = changed.filter((id) => !seen.has(id)).slice(0, SINGLES);
    // What changes from here on is read again: the answers below may be older.
    for (const id of singles) {
      this.staleTasks.delete(id);
    }
    const rest = changed.filter((id) => !seen.has(id)).slice(SINGLES);
    const one = async () => {
      for (let id = singles.shift(); id !== undefined; id = singles.shift()) {
        await this.readTask(id);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    for (const id of rest) {
      this.staleTasks.add(id);
    }
    this.complete = this.stalePages.size === 0;
    this.arrange();
  }

  /** From so many changed tasks on, reading the page costs less than reading each. */
  private dense(page: number): number {
    return Math.min(DENSE, Math.max(3, (this.sizes[page] ?? 0) / 40));
  }

  private async readPage(page: number): Promise<string[]> {
    const cursor = this.cursors[page];
    const query = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const { tasks, next_cursor } = await this.client.tasks.listOf(this.feed.sessionId, query);
    this.sizes[page] = tasks.length;
    for (const task of tasks) {
      this.keep(task, page);
    }
    if (next_cursor && page === this.cursors.length - 1) {
      this.cursors.push(next_cursor);
      this.stalePages.add(page + 1);
    }
    return tasks.map((task) => task.task_id);
  }

  private async readTask(id: string): Promise<void> {
    try {
      const task = await this.client.tasks.get(id);
      this.keep(task, this.kept.get(id)?.page ?? this.cursors.length - 1);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) {
        throw error;
      }
    }
  }

  private keep(task: Task, page: number): void {
    this.kept.set(task.task_id, { task, page });
    this.announced.delete(task.task_id);
  }

  private arrange(): void {
    // Tasks never go, so that as many as before are the same ones, in the same order.
    this.tasks =
      this.tasks.length === this.kept.size
        ? this.tasks.map((task) => this.get(task.task_id) ?? task)
        : [...this.kept.values()].map(({ task }) => task).sort(inOrder);
    this.changed();
  }

  private changed(): void {
    this.version += 1;
    for (const listener of this.listeners) {
      listener();
    }
  }
}

/** The order of delegation; ids within a millisecond. */
function inOrder(a: Task, b: Task): number {
  if (a.created_at !== b.created_at) {
    return a.created_at < b.created_at ? -1 : 1;
  }
  return a.task_id < b.task_id ? -1 : 1;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
