import { expect, test } from 'vitest';
import { stateOf, timesOf } from './times.ts';

test.each([
  [{ cron: '0 3 * * *', time_zone: 'Europe/Berlin' }, '0 3 * * * Europe/Berlin'],
  [{ cron: '@daily' }, '@daily'],
  [{ every: '15m' }, 'every 15m'],
  [{ at: '2027-01-01T08:00:00.000Z' }, 'at 2027-01-01T08:00:00.000Z'],
])('the times of %o are said in a line', (schedule, line) => {
  expect(timesOf(schedule)).toBe(line);
});

test.each([
  [{ paused: true, next_at: null }, 'paused'],
  [{ paused: false, next_at: '2027-01-01T08:00:00.000Z' }, 'active'],
  [{ paused: false, next_at: null }, 'finished'],
] as const)('%o is %s', (schedule, state) => {
  expect(stateOf(schedule)).toBe(state);
});
