import { type Client, type JournalEvent, Problem, type Task } from 'sessiond';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Feed } from '../../data/feed.ts';
import { TaskBook } from './tasks.ts';

/** A server with so many tasks, which counts what it is asked for. */
class Fake {
  readonly tasks = new Map<string, Task>();
  readonly asked: string[] = [];
  down = false;
  hear: (event: JournalEvent) => void = () => undefined;
  private told: () => void = () => undefined;
  readonly journal = {
    first: 1,
    subscribe: (told: () => void) => {
      this.told = told;
      return () => undefined;
    },
  };

  constructor(count: number) {
    for (let i = 0; i < count; i += 1) {
      this.set(i, 'pending');
    }
  }

  set(i: number, status: string): void {
    const task_id = id(i);
    const created_at = new Date(i * 1000).toISOString();
    this.tasks.set(task_id, { task_id, status, created_at } as Task);
  }

  change(i: number, status: string, type = 'task_updated'): void {
    this.set(i, status);
    this.hear({ type, data: { task_id: id(i) } } as JournalEvent);
  }

  drop(first: number): void {
    this.journal.first = first;
    this.told();
  }

  book(): TaskBook {
    const client = {
      tasks: {
        listOf: async (_: string, { cursor, limit = 0 }: { cursor?: string; limit?: number }) => {
          this.ask(`page ${cursor ?? ''}`.trim());
          const after = [...this.tasks.values()].filter(({ task_id }) => task_id > (cursor ?? ''));
          const tasks = after.slice(0, limit);
          return { tasks, next_cursor: after.length > limit ? tasks.at(-1)?.task_id : null };
        },
        get: async (task: string) => {
          this.ask(task);
          return this.tasks.get(task);
        },
      },
    } as unknown as Client;
    const feed = {
      sessionId: 's',
      journal: this.journal,
      onEvent: (callback: typeof this.hear) => {
        this.hear = callback;
        return () => undefined;
      },
    } as unknown as Feed;
    const book = new TaskBook(client, feed);
    book.subscribe(() => undefined);
    return book;
  }

  private ask(what: string): void {
    this.asked.push(what);
    if (this.down) {
      throw Problem.unreachable('down');
    }
  }
}

const id = (i: number) => `task_${String(i).padStart(5, '0')}`;
const settle = () => vi.advanceTimersByTimeAsync(5_000);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('all pages are read, in the order of delegation', async () => {
  const server = new Fake(1_200);
  const book = server.book();
  await settle();
  expect(book.complete).toBe(true);
  expect(book.tasks.map((task) => task.task_id)).toEqual([...server.tasks.keys()]);
  expect(server.asked).toEqual(['page', `page ${id(499)}`, `page ${id(999)}`]);
});

test('only the tasks that changed are read again, once however often they did', async () => {
  const server = new Fake(1_200);
  const book = server.book();
  await settle();
  server.asked.length = 0;
  server.change(3, 'in_progress');
  await vi.advanceTimersByTimeAsync(0);
  server.change(700, 'in_progress');
  server.change(700, 'completed');
  await settle();
  expect(server.asked).toEqual([id(3), id(700)]);
  expect(book.get(id(700))?.status).toBe('completed');
  expect(book.tasks[700]?.status).toBe('completed');
});

test('when many of a page changed, the page is read', async () => {
  const server = new Fake(1_200);
  const book = server.book();
  await settle();
  server.asked.length = 0;
  server.change(1100, 'in_progress');
  await vi.advanceTimersByTimeAsync(0);
  for (let i = 500; i < 600; i += 1) {
    server.change(i, 'completed');
  }
  await settle();
  expect(server.asked).toEqual([id(1100), `page ${id(499)}`]);
  expect(book.tasks.filter(({ status }) => status === 'completed')).toHaveLength(100);
});

test('new tasks are found, also when they open another page', async () => {
  const server = new Fake(499);
  const book = server.book();
  await settle();
  for (let i = 499; i < 540; i += 1) {
    server.change(i, 'pending', 'task_delegated');
  }
  await settle();
  expect(book.tasks).toHaveLength(540);
  expect(book.complete).toBe(true);
});

test('after a gap in the journal everything is read again', async () => {
  const server = new Fake(600);
  const book = server.book();
  await settle();
  server.set(5, 'failed');
  server.set(550, 'failed');
  server.drop(1_000);
  await settle();
  expect(book.tasks.filter(({ status }) => status === 'failed')).toHaveLength(2);
});

test('what could not be read is told, and read when the server is back', async () => {
  const server = new Fake(10);
  const book = server.book();
  await settle();
  server.down = true;
  server.change(4, 'completed');
  await settle();
  expect(book.problem?.code).toBe('unreachable');
  expect(book.get(id(4))?.status).toBe('pending');
  server.down = false;
  await settle();
  expect(book.problem).toBeUndefined();
  expect(book.get(id(4))?.status).toBe('completed');
});
