import type { Client, JournalEvent } from 'sessiond';
import { Problem } from 'sessiond';
import { expect, test } from 'vitest';
import {
  applyPatch,
  type Document,
  differences,
  overlap,
  patchBetween,
  pointer,
  valueAt,
  withValue,
} from './document.ts';
import { readJson } from './fault.ts';
import { History } from './history.ts';
import { baseOf, Overtaken, save } from './save.ts';

test('merge patches fold as RFC 7396 shows', () => {
  const cases: [unknown, unknown, unknown][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [target, patch, result] of cases) {
    expect(applyPatch(target, patch)).toEqual(result);
  }
});

test('a member named __proto__ is a member like any other', () => {
  const patch = JSON.parse('{"__proto__": {"stolen": true}}') as Document;
  const folded = applyPatch({}, patch) as Document;
  expect(Object.keys(folded)).toEqual(['__proto__']);
  expect(Object.getPrototypeOf(folded)).toBe(Object.prototype);
});

test('the patch between two documents makes one of the other', () => {
  const before = { keep: [1, { n: null }], gone: 1, deep: { same: { x: 1 }, other: 2 }, list: [1, 2, 3] };
  const after = { keep: [1, { n: null }], deep: { same: { x: 1 }, other: 3, more: {} }, list: [1, 3], text: 'b' };
  const patch = patchBetween(before, after);
  expect(patch).toEqual({ gone: null, deep: { other: 3, more: {} }, list: [1, 3], text: 'b' });
  expect(applyPatch(before, patch)).toEqual(after);
});

test('there is no merge patch that sets a member to null', () => {
  expect(patchBetween({ a: 1 }, { a: null })).toBeUndefined();
  expect(patchBetween({}, { a: { b: null } })).toBeUndefined();
  expect(patchBetween({ a: null }, { a: null, b: [null] })).toEqual({ b: [null] });
});

test('differences name what was added, removed and changed', () => {
  expect(differences({ a: 1, b: { c: [1] } }, { a: 2, b: { c: [1, 2] }, d: null })).toEqual([
    { kind: 'changed', path: ['a'], before: 1, after: 2 },
    { kind: 'added', path: ['b', 'c', 1], after: 2 },
    { kind: 'added', path: ['d'], after: null },
  ]);
  expect(differences({ a: 1 }, {})).toEqual([{ kind: 'removed', path: ['a'], before: 1 }]);
});

test('a value is set, added and removed in its place, and the rest stays as it was', () => {
  const document = { list: [{ a: 1 }, { a: 2 }], other: { x: true } };
  expect(withValue(document, ['list', 1, 'a'], 3)).toEqual({ list: [{ a: 1 }, { a: 3 }], other: { x: true } });
  expect(withValue(document, ['list', 0], undefined)).toEqual({ list: [{ a: 2 }], other: { x: true } });
  expect(withValue(document, ['other', 'y'], null)).toEqual({ ...document, other: { x: true, y: null } });
  expect(withValue(document, ['other'], undefined)).toEqual({ list: document.list });
  expect(document.list[1]).toEqual({ a: 2 });
  expect(valueAt(document, ['list', 1, 'a'])).toBe(2);
  expect(valueAt(document, ['other', 'toString'])).toBeUndefined();
});

test('a pointer escapes what has a meaning in it', () => {
  expect(pointer(['a/b', 'm~n', 0])).toBe('/a~1b/m~0n/0');
});

test('places overlap when one lies in the other', () => {
  expect(overlap(['a'], ['a', 'b'])).toBe(true);
  expect(overlap(['a', 0], ['a', '0'])).toBe(true);
  expect(overlap(['a', 'b'], ['a', 'c'])).toBe(false);
});

test('a fault in a JSON text has a place', () => {
  const faults: [string, number, number][] = [
    ['', 1, 1],
    ['{"a": 1,}', 1, 8],
    ['{\n  "a": tru\n}', 2, 8],
    ['{"a" 1}', 1, 6],
    ['{a: 1}', 1, 2],
    ['[1 2]', 1, 4],
    ['{"a": "x}', 1, 7],
    ['{"a": 01}', 1, 7],
    ['{} {}', 1, 4],
    ['{"a": [1, 2}', 1, 12],
    ["{'a': 1}", 1, 2],
  ];
  for (const [text, line, column] of faults) {
    expect(readJson(text), text).toMatchObject({ fault: { line, column } });
  }
  expect(readJson(' {"a": [1, -2.5e3, "\\u00e9", null]} ')).toEqual({ value: { a: [1, -2500, 'é', null] } });
});

const event = (seq: number, type: JournalEvent['type'], data: unknown): JournalEvent =>
  ({ seq, time: '2026-01-01T00:00:00.000Z', type, actor: 'somebody', data }) as JournalEvent;

test('history folds patches and replacements to any revision', () => {
  const history = new History();
  history.add([event(1, 'session_created', { shared_context: { n: 0 } }), event(2, 'task_delegated', {})]);
  for (let seq = 3; seq < 300; seq += 1) {
    history.add([event(seq, 'context_updated', { patch: { n: seq, [`m${seq}`]: true, [`m${seq - 1}`]: null } })]);
  }
  history.add([event(300, 'context_updated', { document: { fresh: true } })]);
  history.add([event(300, 'context_updated', { document: { fresh: 'again' } })]);
  expect(history.entries).toHaveLength(299);
  expect(history.documentAt(298)).toEqual({ fresh: true });
  expect(history.documentAt(297)).toEqual({ n: 299, m299: true });
  expect(history.documentAt(100)).toEqual({ n: 102, m102: true });
  expect(history.documentAt(0)).toEqual({ n: 0 });
});

test('what retention left without a beginning is not made up', () => {
  const history = new History();
  history.add([
    event(40, 'context_updated', { patch: { a: 1 } }),
    event(41, 'context_updated', { document: { b: 2 } }),
    event(42, 'context_updated', { patch: { c: 3 } }),
  ]);
  expect(history.documentAt(0)).toBeUndefined();
  expect(history.documentAt(2)).toEqual({ b: 2, c: 3 });
});

/** A server whose session is at `revision`, and on whose guard the test writes. */
function server(state: { revision: number; context_revision: number; shared_context: Document; busy?: number }) {
  const sent: unknown[] = [];
  const write = (kind: string) => async (_id: string, body: Document, options: { expectedRevision: number }) => {
    sent.push([kind, body, options.expectedRevision]);
    if (state.busy) {
      state.busy -= 1;
      state.revision += 1;
    }
    if (options.expectedRevision !== state.revision) {
      throw new Problem({ code: 'revision_stale', detail: 'stale', status: 412 });
    }
    return body;
  };
  const client = {
    context: { patch: write('patch'), replace: write('replace') },
    sessions: { get: async () => ({ ...state }) },
  };
  return { client: client as unknown as Client, sent };
}

const base = { document: { a: 1, b: 2 }, revision: 9, contextRevision: 4 };

test('an edit is sent as a patch on the revision that it began with', async () => {
  const { client, sent } = server({ revision: 9, context_revision: 4, shared_context: base.document });
  await save(client, 's', base, { a: 1, b: 3 });
  expect(sent).toEqual([['patch', { b: 3 }, 9]]);
});

test('an edit that no patch can say replaces the document', async () => {
  const { client, sent } = server({ revision: 9, context_revision: 4, shared_context: base.document });
  await save(client, 's', base, { a: null });
  expect(sent).toEqual([['replace', { a: null }, 9]]);
});

test('events that are not about the context do not stop an edit', async () => {
  const { client, sent } = server({ revision: 12, context_revision: 4, shared_context: base.document, busy: 3 });
  await save(client, 's', base, { a: 1 });
  expect(sent).toEqual([9, 13, 14, 15].map((revision) => ['patch', { b: null }, revision]));
});

test('a change of the context by somebody else stops an edit and is handed to the person', async () => {
  const theirs = { a: 5, b: 2 };
  const { client, sent } = server({ revision: 12, context_revision: 11, shared_context: theirs });
  const failure = await save(client, 's', base, { a: 1, b: 3 }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Overtaken);
  expect((failure as Overtaken).now).toEqual({ document: theirs, revision: 12, contextRevision: 11 });
  expect(sent).toHaveLength(1);
});

test('a session that never rests is given up with the problem', async () => {
  const { client } = server({ revision: 9, context_revision: 4, shared_context: base.document, busy: 1_000 });
  await expect(save(client, 's', base, { a: 2 })).rejects.toMatchObject({ code: 'revision_stale' });
});

test('a session of a server that knows no context revision is edited all the same', () => {
  expect(baseOf({ revision: 3, shared_context: {} } as Parameters<typeof baseOf>[0]).contextRevision).toBe(0);
});
