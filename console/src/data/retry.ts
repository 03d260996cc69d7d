import type { Client, Session, Task } from 'sessiond';

/** A server that retries what failed in place. */
interface Retrying {
  retry?: (sessionId: string, body: { step?: string; task_id?: string }) => Promise<Session>;
}

/** Retries a task that failed. Where the server cannot do that in place, the same work is delegated again, once. */
export async function retryTask(client: Client, task: Task): Promise<void> {
  const { retry } = client.sessions as Retrying;
  if (retry) {
    await retry.call(client.sessions, task.session_id, { task_id: task.task_id });
    return;
  }
  const { task_type, delegatee, payload, priority, step, timeout, retry_policy, fallback_agents } = task;
  const body = { task_type, delegatee, payload, priority, timeout, retry_policy };
  await client.tasks.delegate(
    task.session_id,
    { ...body, ...(step == null ? {} : { step }), ...(fallback_agents?.length ? { fallback_agents } : {}) },
    { idempotencyKey: `console-retry-${task.task_id}` },
  );
}

/** Whether the server retries the failed steps of a session in place. */
export const canRetrySessions = (client: Client): boolean => (client.sessions as Retrying).retry !== undefined;

/** Retries every failed step of a session. */
export async function retrySession(client: Client, sessionId: string): Promise<void> {
  await (client.sessions as Retrying).retry?.call(client.sessions, sessionId, {});
}
