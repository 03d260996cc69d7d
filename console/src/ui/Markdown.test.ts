import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Markdown } from './Markdown.tsx';

/** What it becomes, without the element around all of it and what only styles. */
const html = (text: string) =>
  renderToStaticMarkup(createElement(Markdown, { text }))
    .replaceAll(/ class="[^"]*"/g, '')
    .replace(/^<div>(.*)<\/div>$/s, '$1');

test('an executive summary of the server has headings, tables, lists and quotations', () => {
  const snapshot = fileURLToPath(new URL('../../../crates/core/src/summary/snapshots/audit.snap', import.meta.url));
  // The first lines, between two of hyphens, are the snapshot's own.
  const page = html(readFileSync(snapshot, 'utf8').replace(/^---\n.*?\n---\n/s, ''));
  expect(page).toContain('<h4>Failures and retries</h4>');
  expect(page).toContain('<th>What happened</th>');
  expect(page).toContain('<td>out of memory | at | 0x0 |</td>');
  expect(page).toContain('<ul><li>Step review is completed: completed manually');
  expect(page).toMatch(/<h3>.*<\/h3><p><strong>/);
});

test('what is escaped is shown without its backslash', () => {
  expect(html('a \\*star\\* \\<b\\> \\& more')).toBe('<p>a *star* &lt;b&gt; &amp; more</p>');
});

test('HTML is text, and a link leads to the web or nowhere', () => {
  const page = html(
    '<img src=x onerror="alert(1)">\n\nhi <b>there</b> [a](javascript:alert(1)) [b](https://example.org/x) ![c](https://example.org/c.png)',
  );
  expect(page).not.toMatch(/<img|<b>|javascript:/);
  expect(page).toContain('&lt;img src=x');
  expect(page).toContain('<a href="https://example.org/x" target="_blank" rel="noreferrer">b</a>');
});

test('a number in brackets is text, also where the answer explains it below', () => {
  expect(html('It is 30 days [1].')).toBe('<p>It is 30 days [1].</p>');
  expect(html('It is 30 days [1].\n\n[1]: contract.pdf')).toBe('<p>It is 30 days [1].</p>');
});

test('lists, code and lines keep their form', () => {
  expect(html('3. one\n4. two\n')).toBe('<ol start="3"><li>one</li><li>two</li></ol>');
  expect(html('```json\n{"a": "<b>"}\n```')).toBe('<pre>{&quot;a&quot;: &quot;&lt;b&gt;&quot;}</pre>');
  expect(html('> one\\\n> two')).toBe('<blockquote><p>one<br/>two</p></blockquote>');
  expect(html('| a | b |\n|---|--:|\n| 1 | 2 |')).toContain('<td data-align="right">2</td>');
});
