import { expect, test } from 'vitest';
import { labelChange, labelLines } from './labels.ts';

test('labels are edited as lines, and what is taken out is removed', () => {
  const labels = { team: 'payments', priority: 'high' };
  expect(labelLines(labels)).toBe('team=payments\npriority=high');
  expect(labelChange(labels, '  team = core \n\nurl=a=b')).toEqual({ priority: '', team: 'core', url: 'a=b' });
  expect(labelChange(labels, labelLines(labels))).toEqual(labels);
});

test('a line that is no label is refused', () => {
  expect(() => labelChange({}, 'team')).toThrow('name=value');
  expect(() => labelChange({}, '=x')).toThrow('name=value');
});
