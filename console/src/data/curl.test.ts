import { execFileSync } from 'node:child_process';
import { Client } from 'sessiond';
import { expect, test, vi } from 'vitest';
import { Curl, curlOf } from './curl.ts';

test('an action is shown as a command, and nothing is sent', async () => {
  const curl = new Curl();
  const fetch = vi.fn(async () => Response.json({ sessions: [], next_cursor: null }));
  const client = new Client({ url: 'http://host:1', key: 'secret', fetch: curl.through(fetch) });
  const command = await curl.of(async () => {
    await client.sessions.list();
    await client.sessions.terminate('s 1', { reason: "it's over", details: null });
  });
  expect(command).toBe(
    [
      'curl -X POST http://host:1/sessions/s%201/terminate',
      '-H "authorization: Bearer $SESSIOND_API_KEY"',
      "-H 'content-type: application/json'",
      `-d '{"reason":"it'\\''s over","details":null}'`,
    ].join(' \\\n  '),
  );
  expect(fetch).toHaveBeenCalledTimes(1);
  await client.sessions.terminate('s 1', { reason: 'x' });
  expect(fetch).toHaveBeenCalledTimes(2);
});

test('what the form itself rejects is not shown as a command', async () => {
  const failing = () => Promise.reject(new Error('no JSON'));
  await expect(new Curl().of(failing)).rejects.toThrow('no JSON');
});

test('a shell reads what was meant', () => {
  for (const body of [`{"a":"it's $HOME \`x\` \\"q\\" \\\\ !"}`, 'plain', "'", '\n']) {
    const command = curlOf('http://h/a?b=c&d=e', { method: 'PUT', headers: { 'if-match': '"3"' }, body });
    const words = execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }; ${command}`])
      .toString()
      .split('\0');
    expect(words.slice(0, -1)).toEqual(
      [
        '-X',
        'PUT',
        'http://h/a?b=c&d=e',
        '-H',
        'content-type: text/plain;charset=UTF-8',
        '-H',
        'if-match: "3"',
        '-d',
        body,
      ].filter(
        (word, at, all) =>
          !(word.startsWith('content-type') || (word === '-H' && all[at + 1]?.startsWith('content-type'))),
      ),
    );
  }
});
