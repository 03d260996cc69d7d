import { lexer, type Token, type Tokens } from 'marked';
import { type ComponentType, createContext, createElement, Fragment, memo, type ReactNode, useContext } from 'react';
import type { Block } from './blocks.ts';
import css from './Markdown.module.css';

/** Below which heading of the page it stands: its first is one deeper. */
const UNDER = 2;

/** Markdown as elements of the page: HTML in it is text, and a link leads to the web or nowhere. */
export function Markdown({ text }: { text: string }) {
  return <div className={css.markdown}>{all(lexer(text))}</div>;
}

/** The same of a text that is here in blocks: a block that is the same object as before is not rendered again. */
export function MarkdownBlocks({ blocks }: { blocks: readonly Block[] }) {
  return (
    <div className={css.markdown}>
      {blocks.map((block, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks are added at the end.
        <One key={place} block={block} />
      ))}
    </div>
  );
}

const One = memo(({ block: { token, continues } }: { block: Block }) =>
  continues ? <div className={css.continues}>{one(token as Tokens.Generic)}</div> : one(token as Tokens.Generic),
);

/** How code is shown. */
export const CodeContext = createContext<ComponentType<{ text: string; language: string | undefined }>>(({ text }) => (
  <pre>{text}</pre>
));

function Code({ token }: { token: Tokens.Generic }) {
  const Shown = useContext(CodeContext);
  return <Shown text={token.text} language={token.lang?.trim().split(/\s+/)[0] || undefined} />;
}

/** How a text with numbers in brackets, such as `[1]`, is shown; as it is when absent. */
export const MarksContext = createContext<ComponentType<{ text: string }> | undefined>(undefined);

const MARKED = /[[【]\s*\d/;

function Marked({ text }: { text: string }) {
  const Shown = useContext(MarksContext);
  return Shown ? <Shown text={text} /> : text;
}

const words = (text: string): ReactNode => (MARKED.test(text) ? <Marked text={text} /> : text);

const all = (tokens: readonly Token[] | undefined): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: a text that changes is read anew.
  tokens?.map((token, place) => <Fragment key={place}>{one(token as Tokens.Generic)}</Fragment>);

function one(token: Tokens.Generic): ReactNode {
  switch (token.type) {
    case 'heading':
      return createElement(`h${Math.min(token.depth + UNDER, 6)}`, {}, all(token.tokens));
    case 'paragraph':
      return <p>{all(token.tokens)}</p>;
    case 'blockquote':
      return <blockquote>{all(token.tokens)}</blockquote>;
    case 'list':
      return createElement(
        token.ordered ? 'ol' : 'ul',
        token.ordered ? { start: token.start } : {},
        // biome-ignore lint/suspicious/noArrayIndexKey: as above.
        (token as Tokens.List).items.map((item, place) => <li key={place}>{all(item.tokens)}</li>),
      );
    case 'table':
      return <Table of={token as Tokens.Table} />;
    case 'code':
      return <Code token={token} />;
    case 'hr':
      return <hr />;
    case 'strong':
      return <strong>{all(token.tokens)}</strong>;
    case 'em':
      return <em>{all(token.tokens)}</em>;
    case 'del':
      return <del>{all(token.tokens)}</del>;
    case 'codespan':
      return <code>{token.text}</code>;
    case 'br':
      return <br />;
    case 'link':
      return /^https?:\/\//i.test(token.href) ? (
        <a href={token.href} target="_blank" rel="noreferrer">
          {/* A link has no button in it. */}
          <MarksContext value={undefined}>{all(token.tokens)}</MarksContext>
        </a>
      ) : /^\[\d+\]$/.test(token.raw) ? (
        // A number that the answer explains below its text, as `[1]: contract.pdf`.
        words(token.raw)
      ) : (
        all(token.tokens)
      );
    case 'image':
      // A picture would tell another server that somebody reads this: its address is a link, and its host is named.
      return /^https?:\/\//i.test(token.href) ? (
        <a href={token.href} target="_blank" rel="noreferrer">
          {token.text || 'Picture'} ({hostOf(token.href)})
        </a>
      ) : (
        token.text
      );
    case 'checkbox':
      return <input type="checkbox" checked={token.checked} disabled aria-label={token.checked ? 'Done' : 'To do'} />;
    case 'space':
    case 'def':
      return null;
    default:
      // Text, what is escaped in it, and what has no form of its own here, such as HTML and pictures.
      return token.tokens ? all(token.tokens) : words(token.text ?? token.raw);
  }
}

function hostOf(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return address;
  }
}

function Table({ of: { header, rows } }: { of: Tokens.Table }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    // biome-ignore lint/a11y/useSemanticElements: a table that scrolls is no fieldset.
    <div className={css.wide} role="group" aria-label="Table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {header.map((cell, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above.
              <th key={place} data-align={cell.align ?? undefined}>
                {all(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above.
            <tr key={place}>
              {row.map((cell, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above.
                <td key={place} data-align={cell.align ?? undefined}>
                  {all(cell.tokens)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
