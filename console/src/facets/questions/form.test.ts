import { describe, expect, test } from 'vitest';
import { answerOf, type Field, FieldFault, fieldsOf } from './form.ts';

const kinds = (fields: Field[]) => fields.map(({ name, kind, required }) => [name, kind, required]);

describe('the form of an answer', () => {
  test('has a field for each property of an object', () => {
    const fields = fieldsOf({
      type: 'object',
      properties: {
        region: { enum: ['eu', 7, null] },
        count: { $ref: '#/$defs/count' },
        note: { type: 'string', title: 'A note', description: 'for the log', default: 'none' },
        sure: { type: 'boolean' },
        more: { type: 'array' },
      },
      required: ['region', 'sure'],
      $defs: { count: { type: 'integer' } },
    });
    expect(kinds(fields)).toEqual([
      ['region', 'choice', true],
      ['count', 'number', false],
      ['note', 'text', false],
      ['sure', 'boolean', true],
      ['more', 'json', false],
    ]);
    expect(fields[2]).toMatchObject({ label: 'A note', hint: 'for the log', initial: 'none' });
    const typed: Record<string, string> = { region: '1', note: '42', more: '[1]', sure: 'false' };
    expect(answerOf(fields, (name) => [typed[name] ?? ''])).toEqual({ region: 7, note: '42', more: [1], sure: false });
  });

  test('is one field where there is no object with properties', () => {
    expect(kinds(fieldsOf({ type: 'string' }))).toEqual([['', 'text', true]]);
    expect(kinds(fieldsOf({ enum: [1, 2] }))).toEqual([['', 'choice', true]]);
    for (const any of [{ type: 'object' }, { anyOf: [] }, { $ref: '#/nowhere' }]) {
      expect(kinds(fieldsOf(any))).toEqual([['', 'json', true]]);
    }
    for (const any of [undefined, {}, true, { title: 'Why?' }]) {
      expect(kinds(fieldsOf(any))).toEqual([['', 'any', true]]);
    }
    expect(answerOf(fieldsOf({ type: 'string' }), () => ['7'])).toBe('7');
    expect(answerOf(fieldsOf(undefined), () => ['{"a": 1}'])).toEqual({ a: 1 });
    expect(answerOf(fieldsOf(undefined), () => ['two words'])).toBe('two words');
  });

  test('has no JSON for what programs write of a value that may be absent, of an enumeration and of several choices', () => {
    const size = { title: 'Size', enum: ['s', 'm'] };
    const fields = fieldsOf({
      type: 'object',
      properties: {
        note: { anyOf: [{ type: 'string' }, { type: 'null' }], title: 'Note', default: null },
        size: { anyOf: [{ $ref: '#/$defs/Size' }, { type: 'null' }] },
        count: { type: ['integer', 'null'] },
        level: {
          oneOf: [
            { const: 1, title: 'low' },
            { const: 2, title: 'high' },
          ],
        },
        either: { anyOf: [{ const: 'a' }, { const: 'b' }, { type: 'null' }] },
        sizes: { type: 'array', items: { $ref: '#/$defs/Size', description: 'of shirts' } },
        other: { anyOf: [{ type: 'string' }, { type: 'number' }] },
      },
      required: ['size', 'count', 'level', 'sizes'],
      $defs: { Size: size },
    });
    expect(kinds(fields)).toEqual([
      ['note', 'text', false],
      ['size', 'choice', true],
      ['count', 'number', true],
      ['level', 'choice', true],
      ['either', 'choice', false],
      ['sizes', 'choices', true],
      ['other', 'json', false],
    ]);
    expect(fields[0]).toMatchObject({ label: 'Note', nullable: true });
    expect(fields[3]?.choices.map(({ title }) => title)).toEqual(['low', 'high']);
    const typed: Record<string, string[]> = { level: ['1'], sizes: ['0', '1'] };
    expect(answerOf(fields, (name) => typed[name] ?? [])).toEqual({
      size: null,
      count: null,
      level: 2,
      sizes: ['s', 'm'],
    });
  });

  test('says what is wrong with a field', () => {
    for (const [schema, typed] of [
      [{ type: 'number' }, 'many'],
      [{ type: 'number' }, ' '],
      [{ enum: ['a'] }, ''],
      [{ type: 'boolean' }, ''],
      [{ type: 'object' }, 'a text'],
    ] as const) {
      expect(() => answerOf(fieldsOf(schema), () => [typed])).toThrow(FieldFault);
    }
  });
});
