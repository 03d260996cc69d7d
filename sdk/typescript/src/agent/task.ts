import type { Client } from '../client.js';
import { Problem } from '../problem.js';
import type { AskQuestion, InboxMessage, Question, Session, Task } from '../schema.js';
import { TaskFailure } from './failure.js';
import { untilAnswered } from './retry.js';

/** Why a task is to end before its time: it is wanted no more, took too long, or the agent stops. */
export type StopCause = 'cancelled' | 'timeout' | 'shutdown';

/** The reason of {@link TaskContext.signal} when it is aborted. */
export class TaskStopped extends Error {
  override readonly name = 'TaskStopped';

  constructor(readonly why: StopCause) {
    super({ cancelled: 'the task is wanted no more', timeout: 'the task took too long', shutdown: 'the agent stops' }[why]);
  }
}

/** What the steps that a task's step depends on gave: step, then agent, then result. */
export type Inputs = Record<string, Record<string, unknown>>;

/** A task as its handler sees it. */
export class TaskContext<Payload = unknown> {
  /** The task. For a request outside any session: the request's message id. */
  readonly taskId: string;
  /** Which attempt this is; the first is 1. */
  readonly attempt: number;
  /** Its session; none when the request came outside any. */
  readonly sessionId: string | undefined;
  /** The step that it belongs to. */
  readonly step: string | undefined;
  /** What kind of work. */
  readonly taskType: string;
  /** What for. */
  readonly payload: Payload;
  /** When the attempt is over time, by this machine's clock; none when nobody said. */
  readonly deadline: Date | undefined;
  /** Aborted when the task is to end; its reason is a {@link TaskStopped}. What the handler then gives is dropped. */
  readonly signal: AbortSignal;
  /** How many questions it has asked. */
  private asked = 0;

  constructor(
    /** The request that brought it. */
    readonly message: InboxMessage,
    /** Who works on it. */
    readonly agentId: string,
    /** The server, for a handler that reads or changes its session. */
    readonly client: Client,
    private readonly stop: AbortController,
    about: { taskId: string; taskType: string; payload: unknown; step: string | undefined; task: Task | undefined; timeLeft: number },
  ) {
    this.taskId = about.taskId;
    this.attempt = about.task?.attempt ?? 1;
    this.sessionId = about.task?.session_id;
    this.step = about.step;
    this.taskType = about.taskType;
    this.payload = about.payload as Payload;
    this.deadline = about.timeLeft === Infinity ? undefined : new Date(Date.now() + about.timeLeft);
    this.signal = stop.signal;
  }

  /**
   * Tells how far the task is, in any words. A report that cannot be delivered is dropped, because the next one says
   * more; one that is refused because the task is no longer this agent's cancels the task.
   */
  async progress(progress: unknown): Promise<void> {
    if (this.sessionId === undefined) {
      return;
    }
    const report = { progress: progress ?? null, attempt: this.attempt, agent_id: this.agentId };
    try {
      await this.client.tasks.progress(this.taskId, report, { signal: this.signal });
    } catch (error) {
      if (error instanceof Problem && isLost(error)) {
        this.stop.abort(new TaskStopped('cancelled'));
      } else if (!(error instanceof Problem) && !this.signal.aborted) {
        throw error;
      }
    }
  }

  /**
   * Asks a person or a program, and waits for the answer. The task's time is not counted meanwhile.
   *
   * Without an id of its own, the question's id says which question of this attempt it is: an agent that is started again
   * and asks the same gets the answer that was given. Without an asker, the task asks.
   *
   * @throws TaskFailure `no_session` outside a session; `question_rejected` with the server's words; `question_expired` or
   * `question_withdrawn` without an answer
   * @throws TaskStopped when the task is to end
   */
  async ask<Answer = unknown>(question: AskQuestion): Promise<Answer> {
    const { sessionId, signal } = this;
    if (sessionId === undefined) {
      throw new TaskFailure('no_session', 'only a task of a session can ask');
    }
    this.asked += 1;
    const body = { question_id: `${this.taskId}-${this.attempt}-${this.asked}`, asker: { task_id: this.taskId }, ...question };
    const options = { signal, agentId: this.agentId };
    let asked = await this.answered(() => this.client.questions.ask(sessionId, body, options));
    while (asked.status === 'open') {
      const id = asked.question_id;
      asked = await this.answered(() => this.client.questions.get(sessionId, id, { wait: '30s' }, { signal }));
    }
    if (asked.answer === undefined) {
      throw new TaskFailure(`question_${asked.status}`, `'${asked.text}' was ${asked.status} without an answer`);
    }
    return asked.answer as Answer;
  }

  /** Calls until the server responds, or the task is to end. */
  private async answered(call: () => Promise<Question>): Promise<Question> {
    try {
      return await untilAnswered(call, this.signal);
    } catch (error) {
      this.signal.throwIfAborted();
      if (!(error instanceof Problem)) {
        throw error;
      }
      if (isLost(error)) {
        this.stop.abort(new TaskStopped('cancelled'));
      }
      throw new TaskFailure('question_rejected', error.message, {}, { cause: error });
    }
  }

  /** The session as it is now; none outside a session. */
  async session(): Promise<Session | undefined> {
    return this.sessionId === undefined ? undefined : this.client.sessions.get(this.sessionId, { signal: this.signal });
  }

  /** The results of the steps that this task's step depends on. */
  async inputs(): Promise<Inputs> {
    const session = await this.session();
    const step = session?.workflow?.steps.find(({ name }) => name === this.step);
    const inputs: Inputs = {};
    for (const name of step?.dependencies ?? []) {
      const results: Record<string, unknown> = {};
      const query = { step: name, status: 'completed' as const };
      for await (const task of this.client.tasks.allOf(session?.session_id ?? '', query, { signal: this.signal })) {
        results[task.delegatee] = task.result ?? null;
      }
      inputs[name] = results;
    }
    return inputs;
  }
}

const LOST = new Set(['task_closed', 'attempt_stale', 'session_ended', 'task_not_found', 'session_not_found']);

/** Whether a refusal means that somebody else has the task now, or nobody needs it. */
export function isLost(problem: Problem): boolean {
  return LOST.has(problem.code);
}
