import { expect, test } from 'vitest';
import { type Draft, parseRequest, requestOf } from './draft.ts';

const draft: Draft = { name: '', orchestrator: '', labels: '', participants: [], steps: [] };

test('what is left empty is not in the request', () => {
  const steps = [{ key: 1, name: ' ', agents: '', dependencies: '' }];
  const participants = [{ key: 1, agent: '', role: 'reviewer' }];
  expect(requestOf({ ...draft, steps, participants })).toEqual({ kind: 'workflow' });
});

test('lists are separated by commas, and labels may hold an equals sign', () => {
  const steps = [{ key: 1, name: 'review', agents: 'a://b, c://d', dependencies: 'plan,build' }];
  const participants = [{ key: 1, agent: 'a://b', role: '' }];
  expect(requestOf({ ...draft, name: ' Release ', labels: 'team=search, query=a=b', steps, participants })).toEqual({
    kind: 'workflow',
    name: 'Release',
    labels: { team: 'search', query: 'a=b' },
    participants: [{ agent_id: 'a://b', role: 'participant' }],
    workflow: [{ name: 'review', required_agents: ['a://b', 'c://d'], dependencies: ['plan', 'build'] }],
  });
});

test('what is pasted and is no JSON object is told before it is sent', () => {
  expect(parseRequest('{"name": "x"}')).toEqual({ name: 'x' });
  expect(() => parseRequest('{name}')).toThrow('This is not JSON');
  expect(() => parseRequest('[]')).toThrow('must be a JSON object');
});
