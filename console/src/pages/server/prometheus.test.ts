import { expect, test } from 'vitest';
import { growth, parse, quantile, sum } from './prometheus.ts';

const histogram = (a: number, b: number, c: number) => `
# TYPE took_seconds histogram
took_seconds_bucket{route="/x",le="0.1"} ${a}
took_seconds_bucket{route="/x",le="0.5"} ${b}
took_seconds_bucket{route="/x",le="+Inf"} ${c}
took_seconds_sum{route="/x"} 1.5
took_seconds_count{route="/x"} ${c}
`;

test('figures are read with their labels, and comments are passed over', () => {
  const samples = parse(
    '# HELP a b\na_total{method="GET",route="/a \\"b\\"",status="200"} 4\na_total 1.5e3 1700000000\n\nx\n',
  );
  expect(samples.get('a_total')).toEqual([
    { labels: { method: 'GET', route: '/a "b"', status: '200' }, value: 4 },
    { labels: {}, value: 1500 },
  ]);
  expect(samples.size).toBe(1);
  expect(sum(samples, 'a_total', ({ status }) => status === '200')).toBe(4);
  expect(sum(samples, 'b_total')).toBeUndefined();
});

test('a counter that began anew with the server grew by what it has', () => {
  expect(growth(parse('a 10'), parse('a 14'), 'a')).toBe(4);
  expect(growth(parse('a 10'), parse('a 3'), 'a')).toBe(3);
  expect(growth(parse(''), parse('a 3'), 'a')).toBe(3);
});

test('a quantile is of what was counted in between', () => {
  const before = parse(histogram(100, 100, 100));
  expect(quantile(0.5, before, parse(histogram(110, 110, 110)), 'took_seconds')).toBeCloseTo(0.05);
  expect(quantile(0.5, before, parse(histogram(100, 110, 110)), 'took_seconds')).toBeCloseTo(0.3);
  expect(quantile(0.99, before, parse(histogram(100, 100, 110)), 'took_seconds')).toBe(0.5);
  expect(quantile(0.5, before, before, 'took_seconds')).toBeUndefined();
});
