import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson, toJson } from 'sessiond';

/** The next of a row of numbers that looks random and is the same each time. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test('an integer that a number rounds keeps its digits', () => {
  for (const digits of ['9007199254740993', '-9007199254740993', '18446744073709551615', '123456789012345678901234567890']) {
    assert.equal(parseJson(digits), BigInt(digits));
    const text = `{"a":[${digits},1.5,"${digits}"]}`;
    assert.deepEqual(parseJson(text), { a: [BigInt(digits), 1.5, digits] });
    assert.equal(toJson(parseJson(text)), text);
  }
  assert.equal(parseJson('9007199254740992'), 2 ** 53);
  assert.equal(parseJson('1e21'), 1e21);
  assert.equal(parseJson('0.12345678901234567'), 0.12345678901234567);
});

test('what stands in a string is no number', () => {
  const text = JSON.stringify({ 'a "9007199254740993"': '\\"9007199254740993\\', b: 'integer9007199254740993' });
  assert.deepEqual(parseJson(text), JSON.parse(text));
  assert.throws(() => parseJson('{"a": 9007199254740993'), SyntaxError);
});

test('values of any kind come through unchanged', () => {
  const random = generator(7);
  const value = (depth: number): unknown => {
    const kind = Math.floor(random() * (depth > 3 ? 5 : 7));
    const digits = Array.from({ length: 1 + Math.floor(random() * 25) }, () => Math.floor(random() * 10)).join('');
    switch (kind) {
      case 0:
        return null;
      case 1:
        return random() < 0.5;
      case 2:
        return `"\\${digits}\u0000 ${digits}`;
      case 3: {
        const integer = BigInt(digits) * (random() < 0.5 ? -1n : 1n);
        return String(Number(integer)) === String(integer) ? Number(integer) : integer;
      }
      case 4:
        return random() * 10 ** Math.floor(random() * 10);
      case 5:
        return Array.from({ length: Math.floor(random() * 4) }, () => value(depth + 1));
      default:
        return Object.fromEntries(Array.from({ length: Math.floor(random() * 4) }, (_, at) => [`${at} "${digits}`, value(depth + 1)]));
    }
  };
  for (let round = 0; round < 2_000; round += 1) {
    const before = value(0);
    assert.deepEqual(parseJson(toJson(before)), before);
    assert.deepEqual(parseJson(toJson(before, 2)), before);
  }
});
