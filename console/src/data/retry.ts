import type { Client, Session, Task } from 'sessiond';

/** Whether a task failed and can be retried in its place. */
export const mayRetry = ({ status }: Pick<Task, 'status'>): boolean => status === 'failed' || status === 'timeout';

/** Retries a task that failed, in its place: a session that failed with it becomes active again. */
export const retryTask = (client: Client, { session_id, task_id }: Task): Promise<Session> =>
  client.sessions.retry(session_id, { task_id });

/** Retries a failed step of the plan. */
export const retryStep = (client: Client, sessionId: string, step: string): Promise<Session> =>
  client.sessions.retry(sessionId, { step });

/** Retries everything that failed in a session. */
export const retrySession = (client: Client, sessionId: string): Promise<Session> => client.sessions.retry(sessionId);
