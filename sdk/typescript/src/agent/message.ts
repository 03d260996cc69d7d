import type { InboxMessage, SendMessage } from '../schema.js';
import type { TaskFailure } from './failure.js';

/** A task of a session that a message speaks of. */
export interface TaskReference {
  taskId: string;
  attempt: number | undefined;
}

/** The task that a message speaks of; none outside a session, where there are no tasks. */
export function taskOf(message: InboxMessage): TaskReference | undefined {
  const payload = members(message.payload);
  const metadata = members(message.metadata);
  const taskId = metadata['task_id'] ?? payload['task_id'];
  const session = message.sender.session_id ?? message.recipient.session_id;
  if (typeof taskId !== 'string' || !session) {
    return undefined;
  }
  const attempt = metadata['task_attempt'] ?? payload['task_attempt'];
  return { taskId, attempt: typeof attempt === 'number' ? attempt : undefined };
}

/** The task that a message says is wanted no more. */
export function cancels(message: InboxMessage): TaskReference | undefined {
  const cancelled = message.message_type === 'status_update' && members(message.payload)['status'] === 'cancelled';
  return cancelled ? taskOf(message) : undefined;
}

/** What kind of work a request outside any session asks for. */
export function taskTypeOf(message: InboxMessage): string {
  const type = members(message.payload)['task_type'] ?? members(message.metadata)['task_type'];
  return typeof type === 'string' ? type : 'request';
}

/** The step that a message names. */
export function stepOf(message: InboxMessage): string | undefined {
  const step = members(message.metadata)['step'] ?? members(message.payload)['step'];
  return typeof step === 'string' ? step : undefined;
}

/** The message that answers a request. Its id follows from the request's, so that a second answer is the first. */
export function answerTo(request: InboxMessage, agentId: string, outcome: { result: unknown } | { failure: TaskFailure }): SendMessage {
  return {
    message_id: `re_${request.message_id}`.slice(0, 128),
    timestamp: new Date().toISOString(),
    sender: { agent_id: agentId },
    recipient: { agent_id: request.sender.agent_id },
    message_type: 'failure' in outcome ? 'error' : 'task_response',
    priority: request.priority ?? 'medium',
    payload: 'failure' in outcome ? { error: outcome.failure.toJSON() } : { result: outcome.result ?? null },
    in_reply_to: request.message_id,
  };
}

function members(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
