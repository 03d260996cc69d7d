import { Problem } from 'sessiond';
import { expect, test } from 'vitest';
import { sentence, split } from './fieldErrors.ts';

const problem = (...errors: [pointer: string, detail: string][]) =>
  new Problem({
    code: 'invalid_input',
    title: 'Fields of the request are wrong',
    detail: errors[0]?.[1] ?? '',
    errors: errors.map(([pointer, detail]) => ({ pointer, detail })),
  });

test('what is wrong with a field is beside the field, once', () => {
  const { fields, rest } = split(
    ['/name', '/orchestrator'],
    problem(['/orchestrator', 'an agent id is framework://name']),
  );
  expect([...fields]).toEqual([['/orchestrator', 'An agent id is framework://name.']]);
  expect(rest).toBeUndefined();
});

test('the nearest field owns what is wrong within it', () => {
  const { fields, rest } = split(
    ['/workflow', '/workflow/1/required_agents', '/workflow/10'],
    problem(['/workflow/1/required_agents/0', 'no id'], ['/workflow/1/name', 'empty'], ['/workflow/10/x', 'odd']),
  );
  expect([...fields]).toEqual([
    ['/workflow/1/required_agents', 'No id.'],
    ['/workflow', 'Empty.'],
    ['/workflow/10', 'Odd.'],
  ]);
  expect(rest).toBeUndefined();
});

test('what belongs to no field is said of the whole, without what is beside a field', () => {
  const { fields, rest } = split(['/name'], problem(['/name', 'too long'], ['/ttl', 'too short'], ['/name', 'odd']));
  expect([...fields]).toEqual([['/name', 'Too long. Odd.']]);
  expect((rest as Problem).errors).toEqual([{ pointer: '/ttl', detail: 'too short' }]);
  expect(split(['/name'], problem(['/names', 'no'])).fields.size).toBe(0);
});

test('a sentence begins with a capital, unless it begins with an id, a name or code', () => {
  for (const [detail, expected] of [
    ['too long', 'Too long.'],
    ['it’s too long!', 'It’s too long!'],
    ['empty', 'Empty.'],
    ['codex://backend is not registered', 'codex://backend is not registered.'],
    ['task_01ab is open', 'task_01ab is open.'],
    ['shared_context: too deep', 'shared_context: too deep.'],
    ['`name` is missing', '`name` is missing.'],
    ['backend-api waits', 'backend-api waits.'],
    ['3 of 5 failed', '3 of 5 failed.'],
  ] as const) {
    expect(sentence(detail)).toBe(expected);
  }
});
