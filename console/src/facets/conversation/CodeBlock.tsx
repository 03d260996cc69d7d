import { memo, useMemo } from 'react';
import { CopyButton } from '../../ui/Copy.tsx';
import css from './CodeBlock.module.css';

/** How many lines are one element: of a long block that grows, only the last part is laid out again. */
const LINES = 40;

/** A block of code in an answer, with a button that copies it. */
export function CodeBlock({ text, language }: { text: string; language: string | undefined }) {
  const parts = useMemo(() => inParts(text), [text]);
  return (
    <figure className={css.block} data-code={language ?? ''}>
      <figcaption className={css.header}>
        <span>{language ?? 'text'}</span>
        <CopyButton text={text} label="Copy the code" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      {/* biome-ignore lint/a11y/useSemanticElements: code that scrolls is no fieldset. */}
      <pre className={css.code} role="group" aria-label={`Code, ${language ?? 'text'}`} tabIndex={0}>
        <code>
          {parts.map((part, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts are added at the end.
            <Part key={place} text={part} />
          ))}
        </code>
      </pre>
    </figure>
  );
}

const Part = memo(({ text }: { text: string }) => <span className={css.part}>{text}</span>);

function inParts(text: string): string[] {
  const lines = text.split('\n');
  const parts: string[] = [];
  for (let begin = 0; begin < lines.length; begin += LINES) {
    const part = lines.slice(begin, begin + LINES).join('\n');
    // What is selected and copied has all lines: an element's last line end is not shown.
    parts.push(begin + LINES < lines.length ? `${part}\n` : part);
  }
  return parts;
}
