import { expect, test } from 'vitest';
import { marksIn } from './marks.ts';

test.each([
  ['It is 30 days [1].', ['It is 30 days ', 1, '.']],
  ['[1][2]', [1, 2]],
  ['Both [1, 2] and【2】', ['Both ', 1, 2, ' and', 2]],
  ['One of them [1; 9]', ['One of them ', 1, '[9]']],
  ['Neither [9] nor [a] nor [1a] nor 1', ['Neither [9] nor [a] nor [1a] nor 1']],
  ['half [1', ['half [1']],
])('%s', (text, parts) => {
  expect(marksIn(text, (number) => number <= 2)).toEqual(parts);
});
