import type { Client } from '../client.js';
import { randomId } from '../http.js';
import { milliseconds } from '../duration.js';
import { Problem } from '../problem.js';
import type { InboxMessage, Task } from '../schema.js';
import { after } from '../time.js';
import { TaskFailure } from './failure.js';
import { answerTo, stepOf, taskOf, type TaskReference, taskTypeOf } from './message.js';
import { untilAnswered } from './retry.js';
import { isLost, TaskContext, TaskStopped } from './task.js';

/** What became of a request: its end is known to the server, or it is for whoever is given it next. */
export type Ended = 'completed' | 'failed' | 'cancelled' | 'left';

/** What every task of an agent shares. */
export interface WorkerOptions {
  client: Client;
  agentId: string;
  /** Runs the handler of a task. */
  handle: (task: TaskContext) => Promise<unknown>;
  /** Aborted when there is no time left even for reports. */
  abandon: AbortSignal;
  problem: (problem: Problem) => void;
}

/** How long a handler may go on after its task was stopped, before it is no longer waited for. */
const CANCEL_GRACE = 8_000;
/** How long after a task's deadline the agent ends it itself: the server's own timer should come first. */
const DEADLINE_MARGIN = 2_000;
/** How often it is looked whether a task still waits for an answer whose time would be over otherwise. */
const ANSWERED = 2_000;

/** One task's life in this process: accept, run, report. The request may be acknowledged unless it was `left`. */
export class Worker {
  constructor(private readonly options: WorkerOptions) {}

  async work(message: InboxMessage, stop: AbortController): Promise<Ended> {
    const reference = taskOf(message);
    try {
      return reference ? await this.task(message, reference, stop) : await this.bare(message, stop);
    } catch (error) {
      if (this.options.abandon.aborted) {
        return 'left';
      }
      this.options.problem(error instanceof Problem ? error : new Problem({ code: 'internal', detail: String(error) }, { cause: error }));
      return 'left';
    }
  }

  private async task(message: InboxMessage, { taskId, attempt }: TaskReference, stop: AbortController): Promise<Ended> {
    const { client, agentId } = this.options;
    let task: Task;
    try {
      const report = { agent_id: agentId, ...(attempt === undefined ? {} : { attempt }) };
      task = await this.ask((options) => client.tasks.accept(taskId, report, options));
    } catch (error) {
      if (error instanceof Problem && isLost(error)) {
        return 'cancelled';
      }
      throw error;
    }
    // Both times are the server's, so its clock and this one's need not agree.
    const timeout = milliseconds(task.timeout) || Infinity;
    const end = task.started_at ? Date.parse(task.started_at) + timeout : Date.parse(task.deadline);
    const timeLeft = Math.max(0, Math.min(end - Date.parse(task.updated_at), timeout));
    const about = { taskId, taskType: task.task_type, payload: task.payload, step: task.step ?? undefined, task, timeLeft };
    const silence = this.beat(task, stop);
    const outcome = await this.run(new TaskContext(message, agentId, client, stop, about), stop, timeLeft + DEADLINE_MARGIN);
    silence();
    if (outcome === 'cancelled' || outcome === 'left') {
      return outcome;
    }
    const meta = { attempt: task.attempt, agent_id: agentId };
    let failure: TaskFailure;
    if ('failure' in outcome) {
      failure = outcome.failure;
    } else {
      try {
        await this.ask((options) => client.tasks.complete(taskId, { ...meta, result: outcome.result ?? null }, options));
        return 'completed';
      } catch (error) {
        if (!(error instanceof Problem)) {
          throw error;
        }
        if (isLost(error)) {
          return 'cancelled';
        }
        // Too large, too deep: no other attempt would fare better with it, so say so.
        failure = new TaskFailure('result_refused', error.message);
      }
    }
    try {
      await this.ask((options) => client.tasks.fail(taskId, { ...meta, error: failure.toJSON() }, options));
      return 'failed';
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      if (!isLost(error)) {
        // The task's timeout will end it.
        this.options.problem(error);
      }
      return isLost(error) ? 'cancelled' : 'failed';
    }
  }

  /** Reports that the work goes on, for a task that asks for it, until the function that it returns is called. */
  private beat(task: Task, stop: AbortController): () => void {
    const heartbeat = milliseconds(task.heartbeat ?? undefined);
    if (!heartbeat) {
      return () => {};
    }
    const report = { agent_id: this.options.agentId, attempt: task.attempt };
    const timer = setInterval(() => {
      this.options.client.tasks.accept(task.task_id, report).catch((error: unknown) => {
        if (error instanceof Problem && isLost(error)) {
          stop.abort(new TaskStopped('cancelled'));
        }
      });
    }, heartbeat / 3);
    return () => clearInterval(timer);
  }

  /** A request outside any session has no task: its answer is a message. */
  private async bare(message: InboxMessage, stop: AbortController): Promise<Ended> {
    const { client, agentId } = this.options;
    const timeLeft = milliseconds(message.routing?.timeout) || Infinity;
    const about = {
      taskId: message.message_id,
      taskType: taskTypeOf(message),
      payload: message.payload,
      step: stepOf(message),
      task: undefined,
      timeLeft,
    };
    const outcome = await this.run(new TaskContext(message, agentId, client, stop, about), stop, timeLeft);
    if (outcome === 'cancelled' || outcome === 'left') {
      return outcome;
    }
    let ended = outcome;
    try {
      try {
        await this.ask((options) => client.messages.send(answerTo(message, agentId, outcome), options));
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'invalid_input' || 'failure' in outcome) {
          throw error;
        }
        // The result is not JSON, or too large: its sender is told so instead.
        const failed = { failure: new TaskFailure('result_refused', error.message) };
        ended = failed;
        await this.ask((options) => client.messages.send(answerTo(message, agentId, failed), options));
      }
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      // The sender may have no inbox, as a person who used curl has none.
      if (error.code !== 'agent_not_found') {
        this.options.problem(error);
      }
    }
    return 'failure' in ended ? 'failed' : 'completed';
  }

  /** Runs the handler. Nothing comes of a task that was cancelled, or that the agent's end cut short. */
  private async run(
    context: TaskContext,
    stop: AbortController,
    time: number,
  ): Promise<{ result: unknown } | { failure: TaskFailure } | 'cancelled' | 'left'> {
    let disarm = () => {};
    let waited = false;
    const arm = (ms: number) => {
      disarm = after(ms, () => {
        void this.moreTime(context, waited).then(({ left, waits }) => {
          waited = waits;
          if (left === undefined) {
            stop.abort(new TaskStopped('timeout'));
          } else if (!stop.signal.aborted) {
            arm(left);
          }
        });
      });
    };
    arm(time);
    const running = (async () => this.options.handle(context))().then(
      (result) => ({ result }),
      (error: unknown) => ({ failure: TaskFailure.of(error) }),
    );
    let forget = () => {};
    const stopped = new Promise<'stopped'>((resolve) => {
      const wait = () => {
        forget = after(CANCEL_GRACE, () => resolve('stopped'));
      };
      if (stop.signal.aborted) {
        wait();
      }
      stop.signal.addEventListener('abort', wait, { once: true });
    });
    const outcome = await Promise.race([running, stopped]);
    disarm();
    forget();
    const why = stop.signal.reason instanceof TaskStopped ? stop.signal.reason.why : undefined;
    if (!stop.signal.aborted) {
      return outcome === 'stopped' ? 'left' : outcome;
    }
    if (why === 'timeout') {
      return { failure: new TaskFailure('timeout', `no result within ${Math.round(time / 1_000)} s`) };
    }
    return why === 'cancelled' ? 'cancelled' : 'left';
  }

  /** How much longer a task may take whose time seems to be over: while its work waits for an answer, its time stands still. */
  private async moreTime(context: TaskContext, waited: boolean): Promise<{ left?: number; waits: boolean }> {
    if (context.sessionId === undefined) {
      return { waits: false };
    }
    try {
      const task = await this.options.client.tasks.get(context.taskId);
      if (task.attempt === context.attempt && task.input_required_since) {
        return { left: ANSWERED, waits: true };
      }
      return waited ? { left: Date.parse(task.deadline) - Date.parse(task.updated_at) + DEADLINE_MARGIN, waits: false } : { waits: false };
    } catch {
      return { waits: false };
    }
  }

  /** Asks until there is an answer or a problem that does not pass; all tries are one request to the server. */
  private async ask<Answer>(call: (options: { signal: AbortSignal; idempotencyKey: string }) => Promise<Answer>): Promise<Answer> {
    const options = { signal: this.options.abandon, idempotencyKey: randomId() };
    return untilAnswered(() => call(options), options.signal, (problem) => this.options.problem(problem));
  }
}
