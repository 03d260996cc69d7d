import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { duration, inSeconds, microseconds, roughly } from './duration.ts';
import { bytes, counted, dollars, grouped, percent, short } from './numbers.ts';
import { ago } from './time.ts';

const S = 1_000;
const MIN = 60 * S;
const H = 60 * MIN;

test('a duration has its two largest units', () => {
  const lengths = [
    0,
    0.4,
    1,
    2.44,
    91,
    999.9,
    S,
    1_250,
    20 * S,
    59_999,
    60 * S,
    2 * MIN + 5 * S,
    H - 1,
    65 * MIN,
    51 * H,
  ];
  expect(lengths.map(duration)).toEqual([
    '0 ms',
    '400 µs',
    '1 ms',
    '2.4 ms',
    '91 ms',
    '999 ms',
    '1 s',
    '1.2 s',
    '20 s',
    '59.9 s',
    '1 min',
    '2 min 5 s',
    '59 min 59 s',
    '1 h 5 min',
    '2 d 3 h',
  ]);
  expect(microseconds(850)).toBe('850 µs');
  expect(duration(-5)).toBe('0 ms');
});

test('a duration never says more than has passed, and what ticks has whole seconds', () => {
  for (let ms = 1; ms < 40 * 24 * H; ms = Math.ceil(ms * 1.13)) {
    const units: Record<string, number> = { ms: 1, s: S, min: MIN, h: H, d: 24 * H };
    const words = duration(ms).split(' ');
    let said = 0;
    for (let at = 0; at < words.length; at += 2) {
      said += Number(words[at]) * (units[words[at + 1] ?? ''] ?? Number.NaN);
    }
    expect(said).toBeLessThanOrEqual(ms);
    expect(said).toBeGreaterThan(ms * 0.89);
    expect(inSeconds(ms)).not.toContain('.');
    expect(roughly(ms).split(' ')).toHaveLength(2);
  }
});

test('durations are those of the executive summary', () => {
  const rust = readFileSync(
    fileURLToPath(new URL('../../../crates/core/src/summary/text.rs', import.meta.url)),
    'utf8',
  );
  const units = [...rust.matchAll(/two\(secs(?: \/ [\d_]+)?, "(\w+)", [^"]*"(\w+)"\)/g)].map(
    ([, large, small]) => `${large} ${small}`,
  );
  expect(units).toEqual(['min s', 'h min', 'd h']);
});

test('what is ahead has two units, what is past has one', () => {
  const now = Date.parse('2026-01-02T00:00:00Z');
  const at = (ms: number) => ago(new Date(now + ms).toISOString(), now);
  expect([0, 2 * H - 4 * S, 20 * H - S, -119 * MIN, -3 * S].map(at)).toEqual([
    'now',
    'in 1 h 59 min',
    'in 19 h 59 min',
    '1 h ago',
    '3 s ago',
  ]);
});

test('numbers have one form', () => {
  expect(grouped(1_204)).toBe('1,204');
  expect([9_999, 12_345, 1_234_567].map(short)).toEqual(['9,999', '12.3K', '1.2M']);
  expect([counted(1, 'event'), counted(0, 'event'), counted(2, 'retry', 'retries')]).toEqual([
    '1 event',
    '0 events',
    '2 retries',
  ]);
  expect(percent(0.424)).toBe('42\u00a0%');
  expect([0, 0.0000012, 0.00031, 0.099, 0.17, 0.999, 12.3].map(dollars)).toEqual([
    '$0',
    '$0.0000012',
    '$0.0003',
    '$0.0990',
    '$0.1700',
    '$0.9990',
    '$12.30',
  ]);
  expect([bytes(1), bytes(8_123_456)]).toEqual(['1 byte', '7.7 MiB']);
});
