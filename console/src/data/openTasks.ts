import type { Client, ListTasks, Task } from 'sessiond';

/** The tasks of all sessions that are open, newest first: the interface lists one status at a time. */
export async function openTasks(
  client: Client,
  query: Omit<ListTasks, 'status' | 'cursor'>,
  signal: AbortSignal,
): Promise<Task[]> {
  const pages = await Promise.all(
    (['in_progress', 'pending'] as const).map((status) => client.tasks.list({ ...query, status }, { signal })),
  );
  return pages.flatMap(({ tasks }) => tasks).sort((one, other) => other.created_at.localeCompare(one.created_at));
}
