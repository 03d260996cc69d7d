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
    const typed: Record<string, string> = { region: '1', note: '42', more: '[1]', sure: '' };
    expect(answerOf(fields, (name) => typed[name])).toEqual({ region: 7, note: '42', more: [1], sure: false });
  });

  test('is one field where there is no object with properties', () => {
    expect(kinds(fieldsOf({ type: 'string' }))).toEqual([['', 'text', true]]);
    expect(kinds(fieldsOf({ enum: [1, 2] }))).toEqual([['', 'choice', true]]);
    for (const any of [undefined, {}, true, { type: 'object' }, { anyOf: [] }, { $ref: '#/nowhere' }]) {
      expect(kinds(fieldsOf(any))).toEqual([['', 'json', true]]);
    }
    expect(answerOf(fieldsOf({ type: 'string' }), () => '7')).toBe('7');
    expect(answerOf(fieldsOf(undefined), () => '{"a": 1}')).toEqual({ a: 1 });
  });

  test('says what is wrong with a field', () => {
    for (const [schema, typed] of [
      [{ type: 'number' }, 'many'],
      [{ type: 'number' }, ' '],
      [{ enum: ['a'] }, ''],
      [{}, 'a text'],
    ] as const) {
      expect(() => answerOf(fieldsOf(schema), () => typed)).toThrow(FieldFault);
    }
  });
});
