// Sessions as they look in the middle of their work, without an agent that works.
import type { Client } from 'sessiond';

const TEAM = ['claude-code://orchestrator', 'opencode://backend', 'codex://frontend', 'claude-code://qa'] as const;

/** A session with a step done, two under way, a failed attempt, a context that has changed, and a message. */
export async function busy(client: Client, session_id: string): Promise<void> {
  const [lead, backend, frontend, qa] = TEAM;
  const task = (task_type: string) => ({ task_type, payload: { component: 'notification-service' }, timeout: '1h' });
  for (const agent_id of TEAM) {
    await client.agents.register({ agent_descriptor: { agent_id, framework: agent_id.split(':')[0] ?? '' } });
  }
  await client.sessions.create({
    session_id,
    name: 'Notifications',
    orchestrator: lead,
    labels: { team: 'shop', stage: 'test' },
    participants: TEAM.map((agent_id) => ({ agent_id, role: agent_id === qa ? 'reviewer' : 'implementer' })),
    workflow: [
      { name: 'design', required_agents: [lead], task: task('design'), description: 'What it must do, and for whom.' },
      { name: 'backend', required_agents: [backend], dependencies: ['design'], task: retried(task('implement')) },
      { name: 'frontend', required_agents: [frontend], dependencies: ['design'], task: task('draw') },
      { name: 'review', required_agents: [qa], dependencies: ['backend', 'frontend'], task: task('review') },
    ],
    shared_context: { project: 'feature/notifications', requirements: ['real-time updates', 'audit logs'] },
  });
  await client.tasks.complete(await taskIn(client, session_id, 'design'), { result: { document: 'design.md' } });
  await client.tasks.fail(await taskIn(client, session_id, 'backend'), { error: { code: 'build_failed' } });
  const draw = await taskIn(client, session_id, 'frontend');
  await client.tasks.accept(draw, {});
  await client.tasks.progress(draw, { progress: { percent: 40, message: 'the bell is drawn' } });
  await client.context.patch(session_id, { branch: 'feature/notifications', latestCommit: 'abc123' });
  await client.messages.send({
    message_id: `note_${session_id}`,
    timestamp: new Date().toISOString(),
    sender: { agent_id: lead, session_id },
    recipient: { agent_id: qa },
    message_type: 'status_update',
    payload: { note: 'the review will begin soon' },
  });
}

const retried = <T extends object>(task: T) => ({
  ...task,
  retry_policy: { max_retries: 2, backoff: 'linear' as const, base: '1h', cap: '1h', jitter: false },
});

/** The open task of a step. */
async function taskIn(client: Client, sessionId: string, step: string): Promise<string> {
  const { tasks } = await client.tasks.listOf(sessionId, { step });
  const [task] = tasks;
  if (!task) {
    throw new Error(`the step ${step} has no task`);
  }
  return task.task_id;
}
