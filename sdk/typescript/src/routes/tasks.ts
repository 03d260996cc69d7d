import { type ChangeOptions, type Http, path, type RequestOptions } from '../http.js';
import { pages } from '../pages.js';
import type {
  CancelTask, CompleteTask, DelegateTask, FailTask, operations, ProgressTask, Task, TaskPage, TaskReportMeta,
} from '../schema.js';

/** Which tasks to list. */
export type ListTasks = NonNullable<operations['list_tasks']['parameters']['query']>;

/** Tasks: delegated to participants, accepted, reported. */
export class Tasks {
  constructor(private readonly http: Http) {}

  /** Asks a participant for work. */
  delegate(sessionId: string, task: DelegateTask, options?: ChangeOptions): Promise<Task> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/tasks`, body: task, options });
  }

  /** A task and its state. */
  get(taskId: string, options?: RequestOptions): Promise<Task> {
    return this.http.json({ method: 'GET', path: path`/tasks/${taskId}`, options });
  }

  /** A page of the tasks of all sessions that the key may see. */
  list(query: ListTasks = {}, options?: RequestOptions): Promise<TaskPage> {
    return this.http.json({ method: 'GET', path: '/tasks', query, options });
  }

  /** All of them, page by page. */
  all(query: ListTasks = {}, options?: RequestOptions): AsyncGenerator<Task, void, undefined> {
    return pages((cursor) => this.list({ ...query, ...cursor }, options), (page) => page.tasks);
  }

  /** A page of a session's tasks. */
  listOf(sessionId: string, query: ListTasks = {}, options?: RequestOptions): Promise<TaskPage> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}/tasks`, query, options });
  }

  /** All tasks of a session, page by page. */
  allOf(sessionId: string, query: ListTasks = {}, options?: RequestOptions): AsyncGenerator<Task, void, undefined> {
    return pages((cursor) => this.listOf(sessionId, { ...query, ...cursor }, options), (page) => page.tasks);
  }

  /** Says that the work begins. */
  accept(taskId: string, report: TaskReportMeta = {}, options?: ChangeOptions): Promise<Task> {
    return this.http.json({ method: 'POST', path: path`/tasks/${taskId}/accept`, body: report, options });
  }

  /** Tells how far it is. */
  progress(taskId: string, report: ProgressTask, options?: ChangeOptions): Promise<Task> {
    return this.http.json({ method: 'POST', path: path`/tasks/${taskId}/progress`, body: report, options });
  }

  /** Ends it well. */
  complete(taskId: string, report: CompleteTask, options?: ChangeOptions): Promise<Task> {
    return this.http.json({ method: 'POST', path: path`/tasks/${taskId}/complete`, body: report, options });
  }

  /** Ends an attempt badly; the task's policy says what follows. */
  fail(taskId: string, report: FailTask, options?: ChangeOptions): Promise<Task> {
    return this.http.json({ method: 'POST', path: path`/tasks/${taskId}/fail`, body: report, options });
  }

  /** Takes it back. */
  cancel(taskId: string, report: CancelTask = {}, options?: ChangeOptions): Promise<Task> {
    return this.http.json({ method: 'POST', path: path`/tasks/${taskId}/cancel`, body: report, options });
  }
}
