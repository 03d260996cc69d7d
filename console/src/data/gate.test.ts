import { expect, test, vi } from 'vitest';
import { Gate } from './gate.ts';

const answer = (status: number) => vi.fn(async () => new Response('{}', { status }));

test('a rejected key is told once, and no request is sent with it after that', async () => {
  const told = vi.fn();
  const gate = new Gate(told);
  const fetch = answer(401);
  const send = gate.through(fetch);
  await Promise.all([send('/a'), send('/b')]);
  expect(told).toHaveBeenCalledTimes(1);
  const held = send('/c');
  const stopping = new AbortController();
  const stopped = send('/d', { signal: stopping.signal }).catch((reason) => reason);
  stopping.abort('gone');
  expect(await stopped).toBe('gone');
  expect(fetch).toHaveBeenCalledTimes(2);
  gate.retire();
  expect((await held).status).toBe(401);
  expect((await send('/e')).status).toBe(401);
  expect(fetch).toHaveBeenCalledTimes(2);
});

test('an answer to an earlier key asks for nothing', async () => {
  const told = vi.fn();
  const gate = new Gate(told);
  let release = () => {};
  const waits = new Promise<void>((resolve) => {
    release = resolve;
  });
  const late = gate.through(async () => {
    await waits;
    return new Response('{}', { status: 401 });
  })('/late');
  gate.retire();
  release();
  expect((await late).status).toBe(401);
  expect(told).not.toHaveBeenCalled();
});
