import type { Client } from '../client.js';
import { duration } from '../duration.js';
import { Emitter, type Listener } from '../emitter.js';
import type { EventOf, EventType } from '../events.js';
import { randomId } from '../http.js';
import { Problem } from '../problem.js';
import type { SharedContext } from '../context.js';
import type {
  AddParticipant, Complete, CreateSession, DelegateTask, Event, NewStep, Session, SessionSummary, Task, Terminate, UpdateWorkflow,
} from '../schema.js';
import { FollowedSessions } from './followed.js';

/** A participant as the tutorial writes it; members that the server adds are ignored. */
export type BusParticipant = AddParticipant & { status?: string; join_time?: string };

/** A session with its id also as the tutorial names it. */
export type BusSession = Session & { sessionId: string };

/** A row of the list of sessions with its id also as the tutorial names it. */
export type BusSessionSummary = SessionSummary & { sessionId: string };

/** Options of a session beside the tutorial's four arguments. */
export type SessionExtras = Pick<CreateSession, 'session_id' | 'name' | 'labels' | 'expires_in' | 'parent'>;

/** What may be said of a delegated task. */
export interface DelegateOptions extends Pick<DelegateTask, 'priority' | 'step' | 'retry_policy' | 'fallback_agents'> {
  /** The session; without one the task is a message outside any. */
  sessionId?: string | undefined;
  /** The time that one attempt may take, in milliseconds. */
  timeout?: number | undefined;
}

/** How far a plan is. */
export interface WorkflowProgress {
  current: string | null;
  completed: string[];
  pending: string[];
  /** Percent of the steps that are complete. */
  progress: number;
}

/** An event of a session, with what it is about. What `data` holds follows from `type`. */
export type SessionEvent<Type extends Event['type'] = Event['type']> = EventOf<Type> & {
  sessionId: string;
  /** The task that it is about. */
  taskId?: string;
  /** The participant that it is about. */
  agentId?: string;
};

/** The events of sessions, by the names of `docs/events.md`. */
export type SessionEvents = { [Type in EventType]: SessionEvent<Type> } & {
  /** A session's stream ended for a reason that trying again does not change. */
  problem: { sessionId: string; error: Error };
};

/**
 * The tutorial's session manager on a server. Its calls are promises here, and reject with a {@link Problem}; the events of
 * the sessions that were created or used through it are told by the time that a call resolves.
 */
export class SessionManager extends Emitter<SessionEvents> {
  private readonly followed: FollowedSessions;

  /** `limit` is the number of sessions whose events are followed at the same time. */
  constructor(
    private readonly client: Client,
    limit = 100,
  ) {
    super();
    this.followed = new FollowedSessions(
      client,
      limit,
      (sessionId, event) => this.emit(event.type as EventType, eventOf(sessionId, event) as never),
      (sessionId, error) => this.emit('problem', { sessionId, error }),
    );
  }

  override on<Name extends keyof SessionEvents>(name: Name, listener: Listener<SessionEvents[Name]>): this {
    super.on(name, listener);
    this.followed.activate();
    return this;
  }

  /** Begins a session and gives its id. */
  async createSession(
    orchestrator: string,
    participants: BusParticipant[] = [],
    workflow: NewStep[] = [],
    sharedContext?: SharedContext,
    extras: SessionExtras = {},
  ): Promise<string> {
    const session = await this.client.sessions.create({
      orchestrator,
      participants: participants.map(participantOf),
      ...(workflow.length > 0 ? { workflow } : {}),
      ...(sharedContext ? { shared_context: sharedContext } : {}),
      ...extras,
    });
    this.followed.created(session.session_id, session.revision);
    await this.followed.told(session.session_id, session.revision);
    return session.session_id;
  }

  /** Tells the events of a session that was created elsewhere, from now on. */
  async follow(sessionId: string): Promise<void> {
    this.followed.activate();
    await this.followed.watch(sessionId);
  }

  /** Lets an agent take part. */
  async addParticipant(sessionId: string, participant: BusParticipant): Promise<boolean> {
    await this.change(sessionId, () => this.client.participants.add(sessionId, participantOf(participant)));
    return true;
  }

  /** Lets an agent take part no more; false when it did not. */
  async removeParticipant(sessionId: string, agentId: string): Promise<boolean> {
    try {
      await this.change(sessionId, () => this.client.participants.remove(sessionId, agentId));
      return true;
    } catch (error) {
      if (error instanceof Problem && error.code === 'participant_not_found') {
        return false;
      }
      throw error;
    }
  }

  /** Sets the plan, or the state of its steps, manually. */
  async updateWorkflow(sessionId: string, change: UpdateWorkflow): Promise<BusSession> {
    return this.change(sessionId, () => this.client.workflow.update(sessionId, change));
  }

  /** Completes a step manually: the only active one when none is named. */
  async advanceWorkflow(sessionId: string, step?: string): Promise<boolean> {
    await this.change(sessionId, () => this.client.workflow.advance(sessionId, step === undefined ? {} : { step }));
    return true;
  }

  /** Replaces the shared context. */
  async updateSharedContext(sessionId: string, context: SharedContext): Promise<SharedContext> {
    await this.followed.watch(sessionId);
    return this.client.context.replace(sessionId, context);
  }

  /** Changes some of the shared context (RFC 7396), so that what others wrote meanwhile stays. */
  async patchSharedContext(sessionId: string, patch: SharedContext): Promise<SharedContext> {
    await this.followed.watch(sessionId);
    return this.client.context.patch(sessionId, patch);
  }

  /** A session and its state; null when there is none. */
  async getSession(sessionId: string): Promise<BusSession | null> {
    try {
      return named(await this.client.sessions.get(sessionId));
    } catch (error) {
      if (error instanceof Problem && error.code === 'session_not_found') {
        return null;
      }
      throw error;
    }
  }

  /** All sessions that have not ended, newest first. */
  async getActiveSessions(): Promise<BusSessionSummary[]> {
    const sessions: BusSessionSummary[] = [];
    for await (const session of this.client.sessions.all({ status: 'active', limit: 1000 })) {
      sessions.push({ ...session, sessionId: session.session_id });
    }
    return sessions;
  }

  /** How far a session's plan is; null when there is no such session, or it has no plan. */
  async getWorkflowProgress(sessionId: string): Promise<WorkflowProgress | null> {
    const workflow = (await this.getSession(sessionId))?.workflow;
    if (!workflow) {
      return null;
    }
    const { current_step, completed_steps, pending_steps, steps } = workflow;
    const progress = (100 * completed_steps.length) / Math.max(1, steps.length);
    return { current: current_step ?? null, completed: completed_steps, pending: pending_steps, progress };
  }

  /** Asks a participant for work and gives the task's id, or without a session the message's. */
  async delegateTask(
    delegator: string,
    delegatee: string,
    taskType: string,
    payload: unknown,
    options: DelegateOptions = {},
  ): Promise<string> {
    const { sessionId, timeout, ...rest } = options;
    const span = timeout === undefined ? {} : { timeout: duration(timeout) };
    if (sessionId === undefined) {
      const { priority = 'medium', retry_policy, fallback_agents } = rest;
      const sent = await this.client.messages.send({
        message_id: `task_${randomId()}`,
        timestamp: new Date().toISOString(),
        sender: { agent_id: delegator },
        recipient: { agent_id: delegatee },
        message_type: 'task_request',
        priority,
        payload: typeof payload === 'object' && payload !== null ? { task_type: taskType, ...payload } : payload,
        routing: { ...span, ...(retry_policy ? { retry_policy } : {}), ...(fallback_agents ? { fallback_agents } : {}) },
        metadata: { task_type: taskType },
      });
      return sent.message_id;
    }
    await this.followed.watch(sessionId);
    const request: DelegateTask = { task_type: taskType, delegator, delegatee, payload, ...rest, ...span };
    return (await this.client.tasks.delegate(sessionId, request)).task_id;
  }

  /** Reports on a task: `in_progress`, `completed` with a result, `failed` with an error, `cancelled` with a reason. */
  async updateTaskStatus(taskId: string, status: Task['status'], result?: unknown): Promise<boolean> {
    const { tasks } = this.client;
    switch (status) {
      case 'in_progress':
        await tasks.accept(taskId);
        return true;
      case 'completed':
        await tasks.complete(taskId, { result: result ?? null });
        return true;
      case 'failed':
        await tasks.fail(taskId, { error: result ?? null });
        return true;
      case 'cancelled':
        await tasks.cancel(taskId, typeof result === 'string' ? { reason: result } : {});
        return true;
      default:
        throw Problem.invalid('/status', `nobody can set a task to '${status}' by hand`);
    }
  }

  /** A task; null when there is none. */
  async getTaskDelegation(taskId: string): Promise<Task | null> {
    try {
      return await this.client.tasks.get(taskId);
    } catch (error) {
      if (error instanceof Problem && error.code === 'task_not_found') {
        return null;
      }
      throw error;
    }
  }

  /** The tasks that an agent has. */
  async getTasksForAgent(agentId: string): Promise<Task[]> {
    const tasks: Task[] = [];
    for await (const task of this.client.tasks.all({ assignee: agentId, limit: 1000 })) {
      tasks.push(task);
    }
    return tasks;
  }

  /** Ends a session well; false when it had ended before. */
  completeSession(sessionId: string, outcome: Complete = {}): Promise<boolean> {
    return this.end(sessionId, () => this.client.sessions.complete(sessionId, outcome));
  }

  /** Stops a session; false when it had ended before. */
  terminateSession(sessionId: string, reason: string | Terminate = 'terminated'): Promise<boolean> {
    const request = typeof reason === 'string' ? { reason } : reason;
    return this.end(sessionId, () => this.client.sessions.terminate(sessionId, request));
  }

  /** Tells no more events. */
  stop(): void {
    this.followed.stop();
  }

  private async end(sessionId: string, end: () => Promise<Session>): Promise<boolean> {
    try {
      await this.change(sessionId, end);
      return true;
    } catch (error) {
      if (error instanceof Problem && error.code === 'session_ended') {
        return false;
      }
      throw error;
    }
  }

  /** Changes a session; its events have been told when this resolves. */
  private async change(sessionId: string, change: () => Promise<Session>): Promise<BusSession> {
    await this.followed.watch(sessionId);
    const session = await change();
    this.followed.changed(sessionId, session.revision);
    await this.followed.told(sessionId, session.revision);
    return named(session);
  }
}

function named(session: Session): BusSession {
  return { ...session, sessionId: session.session_id };
}

function participantOf({ agent_id, role, framework }: BusParticipant): AddParticipant {
  return { agent_id, role, ...(framework === undefined ? {} : { framework }) };
}

function eventOf(sessionId: string, event: Event): SessionEvent {
  const { task_id, agent_id } = (event.data ?? {}) as { task_id?: unknown; agent_id?: unknown };
  return {
    ...event,
    sessionId,
    ...(typeof task_id === 'string' && { taskId: task_id }),
    ...(typeof agent_id === 'string' && { agentId: agent_id }),
  };
}
