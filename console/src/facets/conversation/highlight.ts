/** What a piece of code is; the rest has no colour. */
export type Kind = 'comment' | 'string' | 'number' | 'keyword' | 'name' | 'type' | 'added' | 'removed';

/** A piece of code, and what it is. */
export interface Piece {
  text: string;
  kind?: Kind;
}

interface Language {
  /** Comments that end with their line. */
  line?: string;
  /** Comments and strings that may have several lines: where each begins and ends. */
  long?: readonly (readonly [begin: string, end: string, kind: Kind])[];
  /** Strings of one line. */
  quotes: string;
  keywords: ReadonlySet<string>;
  /** Names are what is called, and types begin with a capital letter. */
  calls: boolean;
}

const set = (words: string) => new Set(words.split(' '));

const C_BLOCK = [['/*', '*/', 'comment']] as const;
const JS: Language = {
  line: '//',
  long: [...C_BLOCK, ['`', '`', 'string']],
  quotes: '"\'',
  keywords: set(
    'abstract as async await break case catch class const continue debugger declare default delete do else enum export extends false finally for from function get if implements import in instanceof interface let new null of private protected public readonly return satisfies set static super switch this throw true try type typeof undefined var void while with yield',
  ),
  calls: true,
};
const C: Language = {
  line: '//',
  long: C_BLOCK,
  quotes: '"\'',
  keywords: set(
    'abstract as auto base bool boolean break byte case catch chan char class const constexpr continue data def default defer delete do double else enum explicit extends extern false fallthrough final finally float fn for foreach func fun go goto guard if implements import in init inline int interface internal is let long map match mutable namespace native new nil null nullptr object operator out override package private protected public range readonly return sealed select self short signed sizeof static string struct super switch template this throw throws trait true try type typedef typename union unsigned using val var virtual void volatile when where while yield',
  ),
  calls: true,
};
const RUST: Language = {
  line: '//',
  long: C_BLOCK,
  // A single quote also begins a lifetime.
  quotes: '"',
  keywords: set(
    'as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while',
  ),
  calls: true,
};
const PYTHON: Language = {
  line: '#',
  long: [
    ['"""', '"""', 'string'],
    ["'''", "'''", 'string'],
  ],
  quotes: '"\'',
  keywords: set(
    'and as assert async await break case class continue def del elif else except False finally for from global if import in is lambda match None nonlocal not or pass raise return self True try while with yield',
  ),
  calls: true,
};
const RUBY: Language = {
  line: '#',
  quotes: '"\'',
  keywords: set(
    'alias and begin break case class def do else elsif end ensure false for if in module next nil not or redo require rescue retry return self super then true undef unless until when while yield',
  ),
  calls: true,
};
const SHELL: Language = {
  line: '#',
  quotes: '"\'',
  keywords: set(
    'case do done elif else esac exit export fi for function if in local return select set then until while',
  ),
  calls: false,
};
const SQL: Language = {
  line: '--',
  long: C_BLOCK,
  quotes: '"\'',
  keywords: set(
    'add all alter and as asc begin between by case check column commit constraint create cross default delete desc distinct drop else end exists foreign from full group having if in index inner insert into is join key left like limit not null offset on or order outer primary references returning right rollback select set table then union unique update using values view when where with',
  ),
  calls: false,
};
const DATA: Language = {
  line: '#',
  quotes: '"\'',
  keywords: set('true false null yes no on off'),
  calls: false,
};
const JSON_: Language = { quotes: '"', keywords: set('true false null'), calls: false };
const CSS_: Language = { long: C_BLOCK, quotes: '"\'', keywords: set('important'), calls: true };
const MARKUP: Language = {
  long: [['<!--', '-->', 'comment']],
  quotes: '"\'',
  keywords: set(''),
  calls: false,
};

const LANGUAGES = new Map<string, Language>(
  (
    [
      ['js javascript jsx mjs cjs ts typescript tsx', JS],
      ['c h cpp c++ cc cs csharp dart go golang java kotlin kt php scala swift', C],
      ['rust rs', RUST],
      ['python py python3', PYTHON],
      ['ruby rb', RUBY],
      ['bash sh shell zsh console dockerfile make makefile', SHELL],
      ['sql postgresql mysql sqlite', SQL],
      ['yaml yml toml ini conf properties env', DATA],
      ['json json5 jsonc jsonl', JSON_],
      ['css scss less', CSS_],
      ['html xml svg vue', MARKUP],
    ] as const
  ).flatMap(([names, language]) => names.split(' ').map((name) => [name, language] as const)),
);

/** Where a long comment or string that has begun ends, and what it is. */
export type State = readonly [end: string, kind: Kind] | undefined;

/** The pieces of a part of code, which begins in a state; and the state after it. */
export function highlight(text: string, language: string | undefined, state: State): [Piece[], State] {
  const name = language?.toLowerCase() ?? '';
  if (name === 'diff' || name === 'patch') {
    return [diff(text), undefined];
  }
  const of = LANGUAGES.get(name);
  return of ? read(text, of, state, name) : [[{ text }], undefined];
}

function diff(text: string): Piece[] {
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) =>
    line.startsWith('+')
      ? { text: line, kind: 'added' }
      : line.startsWith('-')
        ? { text: line, kind: 'removed' }
        : { text: line },
  );
}

const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const NUMBER = /0[xX][\da-fA-F_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?[a-z\d]*/y;
const SPACE = /[^\p{L}\p{N}_$"'`#/\-<]+/uy;

function read(text: string, language: Language, begun: State, name: string): [Piece[], State] {
  const pieces: Piece[] = [];
  let plain = '';
  let at = 0;
  let state = begun;
  const flush = () => {
    if (plain !== '') {
      pieces.push({ text: plain });
      plain = '';
    }
  };
  const add = (end: number, kind: Kind | undefined) => {
    if (kind === undefined) {
      plain += text.slice(at, end);
    } else {
      flush();
      pieces.push({ text: text.slice(at, end), kind });
    }
    at = end;
  };
  const long = (from: number): void => {
    const [end, kind] = state as NonNullable<State>;
    const found = text.indexOf(end, from);
    if (found >= 0) {
      state = undefined;
    }
    add(found < 0 ? text.length : found + end.length, kind);
  };
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  if (state) {
    long(0);
  }
  while (at < text.length) {
    const letter = text[at] as string;
    const opens = language.long?.find(([begin]) => text.startsWith(begin, at));
    if (opens) {
      state = [opens[1], opens[2]];
      long(at + opens[0].length);
    } else if (language.line && text.startsWith(language.line, at) && isComment(text, at, language.line)) {
      const end = text.indexOf('\n', at);
      add(end < 0 ? text.length : end, 'comment');
    } else if (language.quotes.includes(letter)) {
      const end = endOfString(text, at, letter);
      add(end, language === JSON_ && /\s*:/y.test(text.slice(end, end + 8)) ? 'name' : 'string');
    } else {
      const word = match(WORD);
      const number = word === undefined ? match(NUMBER) : undefined;
      if (word !== undefined) {
        add(at + word.length, kindOf(word, text, at, language, name));
      } else if (number !== undefined) {
        add(at + number.length, 'number');
      } else {
        add(at + (match(SPACE)?.length ?? 1), undefined);
      }
    }
  }
  flush();
  return [pieces, state];
}

/** A `#` within a word is no comment. */
const isComment = (text: string, at: number, mark: string): boolean =>
  mark !== '#' || at === 0 || /\s/.test(text[at - 1] ?? '');

/** Strings end with their line at the latest. */
function endOfString(text: string, begin: number, quote: string): number {
  for (let at = begin + 1; at < text.length; at += 1) {
    if (text[at] === '\\') {
      at += 1;
    } else if (text[at] === quote) {
      return at + 1;
    } else if (text[at] === '\n') {
      return at;
    }
  }
  return text.length;
}

function kindOf(word: string, text: string, at: number, language: Language, name: string): Kind | undefined {
  if (language === MARKUP) {
    return text[at - 1] === '<' || text.startsWith('</', at - 2) ? 'keyword' : undefined;
  }
  if (language.keywords.has(language === SQL ? word.toLowerCase() : word)) {
    return 'keyword';
  }
  const next = text[at + word.length];
  if (language === DATA || name === 'css') {
    return next === ':' || next === '=' || /^\s*=/.test(text.slice(at + word.length, at + word.length + 4))
      ? 'name'
      : undefined;
  }
  if (!language.calls) {
    return undefined;
  }
  return next === '(' ? 'name' : /^\p{Lu}/u.test(word) && word.length > 1 ? 'type' : undefined;
}
