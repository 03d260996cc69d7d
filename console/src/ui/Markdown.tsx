import { lexer, type Token, type Tokens } from 'marked';
import { createElement, Fragment, type ReactNode } from 'react';
import css from './Markdown.module.css';

/** Below which heading of the page it stands: its first is one deeper. */
const UNDER = 2;

/** Markdown as elements of the page: HTML in it is text, and a link leads to the web or nowhere. */
export function Markdown({ text }: { text: string }) {
  return <div className={css.markdown}>{all(lexer(text))}</div>;
}

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
      return <pre>{token.text}</pre>;
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
          {all(token.tokens)}
        </a>
      ) : (
        all(token.tokens)
      );
    case 'space':
    case 'def':
      return null;
    default:
      // Text, what is escaped in it, and what has no form of its own here, such as HTML and pictures.
      return token.tokens ? all(token.tokens) : (token.text ?? token.raw);
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
