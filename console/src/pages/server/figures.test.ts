import { expect, test } from 'vitest';
import { CHARTS, emptyHistory, extend, show } from './figures.ts';
import { parse } from './prometheus.ts';

const requests = (done: number, refused: number) =>
  parse(`sessiond_http_requests_total{status="200"} ${done}\nsessiond_http_requests_total{status="404"} ${refused}\n`);

test('rates are per second, by class, and a missed reading is a gap', () => {
  const one = extend(emptyHistory(), 10, requests(10, 0), requests(30, 4), 2);
  const two = extend(one, 12, requests(30, 4), undefined, 2);
  expect(two.times).toEqual([10, 12]);
  expect(two.values[0]).toEqual([
    [10, null],
    [2, null],
    [0, null],
  ]);
});

test('the history has an end', () => {
  let history = emptyHistory();
  for (let at = 0; at < 600; at += 1) {
    history = extend(history, at, requests(0, 0), requests(0, 0), 1);
  }
  expect(history.times.length).toBe(450);
  expect(history.times[0]).toBe(150);
  expect(history.values.map((lines) => lines.map((values) => values.length))).toEqual(
    CHARTS.map(({ lines }) => lines.map(() => 450)),
  );
});

test('figures are short', () => {
  expect(show(0.1234, 'milliseconds')).toBe('0.12 ms');
  expect(show(12.34, 'per second')).toBe('12.3/s');
  expect(show(12345.6, 'count')).toBe('12,346');
  expect(show(null, 'count')).toBe('–');
});
