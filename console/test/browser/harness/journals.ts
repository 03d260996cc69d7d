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

/** A journal of a conversation of so many turns, one after the other; the answers are Markdown. */
export function conversation(sessionId: string, turns: number): string {
  const begin = Date.parse('2026-01-01T00:00:00.000Z');
  let seq = 0;
  const lines: string[] = [];
  const line = (type: string, data: object) => {
    seq += 1;
    const time = new Date(begin + seq * 1_000).toISOString();
    lines.push(JSON.stringify({ seq, time, actor: 'local', type, data }));
  };
  line('session_created', {
    session_id: sessionId,
    name: `A conversation of ${turns} turns`,
    kind: 'assistant',
    owner: 'local',
    shared_context: {},
  });
  for (let turn = 1; turn <= turns; turn += 1) {
    const turn_id = `turn_${turn}`;
    const parent = turn > 1 ? { parent: `turn_${turn - 1}` } : {};
    line('turn_queued', { turn_id, text: `Question ${turn}: what comes after ${turn - 1}?` });
    line('turn_began', { turn_id, ...parent, runner: turn });
    line('head_moved', { turn_id });
    const words = 'It is a number like the others, and this is a sentence about it. '.repeat(1 + (turn % 12));
    const text = `The answer is **${turn}**.\n\n${words}\n\n- one more\n- and \`${turn + 1}\` after it\n`;
    const usage = { model: 'scripted', input_tokens: 20 * turn, output_tokens: 40 };
    line('turn_ended', {
      turn_id,
      status: 'completed',
      text,
      reasoning: `I add 1 to ${turn - 1}.`,
      finish: 'stop',
      usage,
    });
  }
  const head = { format: 'sessiond.journal', version: 1, session_id: sessionId, revision: seq };
  return `${[JSON.stringify(head), ...lines].join('\n')}\n`;
}
