import { memo, useRef } from 'react';
import { CopyButton } from '../../ui/Copy.tsx';
import css from './CodeBlock.module.css';
import { highlight, type Piece, type State } from './highlight.ts';

/** How many lines are one element: of a long block that grows, only the last part is read and laid out again. */
const LINES = 40;
/** A block that is longer than this, in characters, has no colours: each is an element of the page. */
const COLOURED = 40_000;

/** A block of code in an answer, with a button that copies it. */
export function CodeBlock({ text, language }: { text: string; language: string | undefined }) {
  const parts = useParts(text, text.length < COLOURED ? language : undefined);
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
          {parts.map(({ pieces }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts are added at the end.
            <Lines key={place} pieces={pieces} />
          ))}
        </code>
      </pre>
    </figure>
  );
}

const Lines = memo(({ pieces }: { pieces: readonly Piece[] }) => (
  <span className={css.part}>
    {pieces.map(({ text, kind }, place) =>
      kind === undefined ? (
        text
      ) : (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above.
        <span key={place} className={css[kind]}>
          {text}
        </span>
      ),
    )}
  </span>
));

interface Part {
  text: string;
  language: string | undefined;
  before: State;
  after: State;
  pieces: readonly Piece[];
}

/** The parts of a code; one that is as before is the same object. */
function useParts(text: string, language: string | undefined): readonly Part[] {
  const known = useRef<Part[]>([]);
  let state: State;
  const parts = linesOf(text).map((lines, place) => {
    const before = known.current[place];
    if (before?.text === lines && before.language === language && same(before.before, state)) {
      state = before.after;
      return before;
    }
    const [pieces, after] = highlight(lines, language, state);
    const part = { text: lines, language, before: state, after, pieces };
    state = after;
    return part;
  });
  known.current = parts;
  return parts;
}

const same = (one: State, other: State): boolean => one?.[0] === other?.[0] && one?.[1] === other?.[1];

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  const parts: string[] = [];
  for (let begin = 0; begin < lines.length; begin += LINES) {
    const part = lines.slice(begin, begin + LINES).join('\n');
    // What is selected and copied has all lines: an element's last line end is not shown.
    parts.push(begin + LINES < lines.length ? `${part}\n` : part);
  }
  return parts;
}
