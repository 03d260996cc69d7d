import { expect, test } from 'vitest';
import { highlight, type State } from './highlight.ts';

/** The pieces that have a kind, as `kind:text`. */
const kinds = (text: string, language: string, state?: State) =>
  highlight(text, language, state)[0].flatMap(({ text: of, kind }) => (kind ? [`${kind}:${of}`] : []));

test.each([
  ['ts', 'const a = f("x", 1.5); // end', ['keyword:const', 'name:f', 'string:"x"', 'number:1.5', 'comment:// end']],
  [
    'py',
    'def f(a):  # note\n    return None',
    ['keyword:def', 'name:f', 'comment:# note', 'keyword:return', 'keyword:None'],
  ],
  ['rust', "fn f<'a>(s: &'a str) -> Vec<u8> {", ['keyword:fn', 'type:Vec']],
  ['json', '{"a": [true, "b", -2e3]}', ['name:"a"', 'keyword:true', 'string:"b"', 'number:2e3']],
  [
    'sql',
    "SELECT id FROM t -- all\nWHERE a = 'b'",
    ['keyword:SELECT', 'keyword:FROM', 'comment:-- all', 'keyword:WHERE', "string:'b'"],
  ],
  ['sh', 'if true; then echo "a#b" # c', ['keyword:if', 'keyword:then', 'string:"a#b"', 'comment:# c']],
  ['yaml', 'name: "x" # y', ['name:name', 'string:"x"', 'comment:# y']],
  ['html', '<p class="a"><!-- b --></p>', ['keyword:p', 'string:"a"', 'comment:<!-- b -->', 'keyword:p']],
  ['diff', '+ a\n- b\n c', ['added:+ a\n', 'removed:- b\n']],
  ['unknown', 'const a = 1', []],
])('code of %s: %s', (language, text, expected) => {
  expect(kinds(text, language)).toEqual(expected);
});

test('a comment that continues in the next part keeps its kind', () => {
  const [first, state] = highlight('a /* one\n', 'ts', undefined);
  expect(first.at(-1)).toEqual({ text: '/* one\n', kind: 'comment' });
  const [second, after] = highlight('two */ b', 'ts', state);
  expect(second).toEqual([{ text: 'two */', kind: 'comment' }, { text: ' b' }]);
  expect(after).toBeUndefined();
});

test('no letter is lost or added, whatever the text is', () => {
  const text = "x = `a\n$b` + 'it\\'s' + \"open\n/* é 🙂 */ <a href='b'> # -- // \\ 0xFF 1_000 $_a --b";
  for (const language of ['ts', 'c', 'rust', 'py', 'rb', 'sh', 'sql', 'yaml', 'json', 'css', 'html', 'diff', 'none']) {
    const [pieces] = highlight(text, language, undefined);
    expect(pieces.map((piece) => piece.text).join(''), language).toBe(text);
  }
});
