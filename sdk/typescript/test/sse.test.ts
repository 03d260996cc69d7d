import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameParser } from '../dist/sse.js';

const STREAM = 'retry: 1000\n\n: heartbeat\r\n\r\nid: 4\nevent: task_delegated\ndata: {"seq":4,\ndata: "ü":1}\n\nevent: end\rdata:{}\r\r';
const FRAMES = [
  { event: 'task_delegated', data: '{"seq":4,\n"ü":1}', id: '4' },
  { event: 'end', data: '{}' },
];

test('a stream is read the same however it is cut into pieces', () => {
  const bytes = new TextEncoder().encode(`${STREAM}\n`);
  for (let size = 1; size <= bytes.length; size += 1) {
    const parser = new FrameParser();
    const frames = [];
    for (let start = 0; start < bytes.length; start += size) {
      frames.push(...parser.feed(bytes.subarray(start, start + size)));
    }
    assert.deepEqual(frames, FRAMES, `pieces of ${size}`);
  }
});

test('a frame that is not complete is not told', () => {
  const parser = new FrameParser();
  assert.deepEqual(parser.feed(new TextEncoder().encode('event: end\ndata: {}\n')), []);
});
