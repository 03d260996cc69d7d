import type { lexer, Token } from 'marked';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Blocks, mend } from './blocks.ts';
import { MarkdownBlocks } from './Markdown.tsx';

const TEXT = `# A title

A paragraph with **bold**, \`code\` and a [link](https://example.org/a).
It goes on
# not for long

- one
- two

  more of two
- three

1. first
2. second

> quoted
> text

\`\`\`ts
const a = 1;

# no heading
\`\`\`

| a | b |
|---|--:|
| 1 | 2 |

Setext
===

A [reference][ref] and the end.

[ref]: https://example.org/ref
`;

const html = (text: string, of = new Blocks()) =>
  renderToStaticMarkup(createElement(MarkdownBlocks, { blocks: of.of(text) })).replaceAll(/ class="[^"]*"/g, '');

test('a text that grows by any pieces has the blocks that it has at once', () => {
  const whole = html(TEXT);
  expect(whole).toContain('<h3>A title</h3>');
  expect(whole).toContain('<a href="https://example.org/ref" target="_blank" rel="noreferrer">reference</a>');
  for (const size of [1, 2, 3, 7, 50]) {
    const blocks = new Blocks();
    for (let end = 0; end < TEXT.length; end += size) {
      blocks.of(TEXT.slice(0, end), true);
    }
    expect(html(TEXT, blocks), `pieces of ${size}`).toBe(whole);
  }
});

test('a finished block stays the same object, and is not read again', () => {
  const blocks = new Blocks();
  const before = blocks.of('one\n\ntwo\n\nthree\nfo');
  const after = blocks.of('one\n\ntwo\n\nthree\nfour\n\nfive');
  expect(after[0]).toBe(before[0]);
  expect(after[1]).toBe(before[1]);
  expect(after.map(({ raw }) => raw.trim())).toEqual(['one', 'two', 'three\nfour', 'five']);
});

test('another text begins anew', () => {
  const blocks = new Blocks();
  blocks.of('one\n\ntwo\n\nthree');
  expect(blocks.of('three\r\n\r\nfour').map(({ raw }) => raw)).toEqual(['three\n\n', 'four']);
});

test('a long list is cut between its items, keeps their numbers, and only its end is read again', () => {
  const items = Array.from({ length: 400 }, (_, n) => `${n + 1}. the item number ${n + 1} of a long list\n`);
  const blocks = new Blocks();
  let read: readonly { token: Token; raw: string }[] = [];
  for (let end = 0; end <= items.length; end += 1) {
    read = blocks.of(items.slice(0, end).join(''));
  }
  expect(read.length).toBeGreaterThan(2);
  expect(read.map(({ raw }) => raw).join('')).toBe(items.join(''));
  let next = 1;
  for (const { token } of read) {
    const list = token as ReturnType<typeof lexer>[number] & { start: number; items: unknown[] };
    expect(Number(list.start)).toBe(next);
    next += list.items.length;
  }
  expect(next).toBe(401);
});

test.each([
  ['a **bo', 'a **bo**'],
  ['a **bold*', 'a **bold**'],
  ['a **', 'a '],
  ['a `co', 'a `co`'],
  ['a [link](https://exam', 'a link'],
  ['![picture](https://exam', 'picture'],
  ['whole **bold** `code` [a](b)', 'whole **bold** `code` [a](b)'],
  ['**before**\n- and `x', '**before**\n- and `x`'],
])('a mark that is half here is closed: %s', (text, mended) => {
  expect(mend(text)).toBe(mended);
});
