import { expect, test } from 'vitest';
import { isTime, SPANS, sessionsQuery } from './query.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');

test('a span of the address ends now, for the time of creation or of the last change', () => {
  expect(sessionsQuery({ since: '1h' }, NOW)).toEqual({ created_since: '2026-03-01T11:00:00.000Z' });
  expect(sessionsQuery({ since: '7d', time: 'updated', status: 'failed' }, NOW)).toEqual({
    status: 'failed',
    updated_since: '2026-02-22T12:00:00.000Z',
  });
  expect(sessionsQuery({ until: '30m' }, NOW)).toEqual({ created_until: '2026-03-01T11:30:00.000Z' });
  // It moves on with the time.
  expect(sessionsQuery({ since: '1h' }, NOW + 60_000)).toEqual({ created_since: '2026-03-01T11:01:00.000Z' });
});

test('a range between two times is asked for as it is, with the order', () => {
  const search = {
    since: '2026-02-01T00:00+01:00',
    until: '2026-02-02T00:00Z',
    sort: 'updated',
    reverse: true,
  } as const;
  expect(sessionsQuery(search, NOW)).toEqual({
    sort: 'updated',
    reverse: true,
    created_since: '2026-01-31T23:00:00.000Z',
    created_until: '2026-02-02T00:00:00.000Z',
  });
});

test('an address takes spans and times, and nothing else', () => {
  for (const { span } of SPANS) {
    expect(isTime(span), span).toBe(true);
  }
  for (const text of ['2026-02-01', '2026-02-01T10:00', '2026-02-01T10:00:00.000Z', '90m']) {
    expect(isTime(text), text).toBe(true);
  }
  for (const text of ['yesterday', '1y', '-1h', '1.5h', 'h', '', '12345678h']) {
    expect(isTime(text), text).toBe(false);
  }
});
