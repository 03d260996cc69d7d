// Sessions that are there at once, however long: an export is imported that nobody ever wrote.

/** A journal of `events` events, as an export of it reads: a plan of three steps, and patches of the context. */
export function journal(sessionId: string, events: number): string {
  const begin = Date.parse('2026-01-01T00:00:00.000Z');
  const line = (seq: number, type: string, data: object) =>
    JSON.stringify({ seq, time: new Date(begin + seq * 250).toISOString(), actor: 'local', type, data });
  const lines = [
    JSON.stringify({ format: 'sessiond.journal', version: 1, session_id: sessionId, revision: events }),
    line(1, 'session_created', {
      session_id: sessionId,
      name: `A journal of ${events} events`,
      kind: 'workflow',
      owner: 'local',
      shared_context: {},
    }),
  ];
  for (let seq = 2; seq <= events; seq += 1) {
    const patch = seq % 1000 === 0 ? { milestone: seq / 1000 } : { [`part ${seq % 20}`]: { note: `note ${seq}` } };
    lines.push(line(seq, 'context_updated', { patch }));
  }
  return `${lines.join('\n')}\n`;
}
