import { Lexer, type Links, type Token, type Tokens } from 'marked';

/** A part of a Markdown text that is rendered by itself: a paragraph, a list, a block of code. */
export interface Block {
  raw: string;
  token: Token;
  /** It continues the list before it. */
  continues?: boolean;
}

/** A list that is longer than this, in characters, is cut between its items: only its end is read again. */
const LONG_LIST = 4_000;

/**
 * A Markdown text that grows at its end, in blocks. A block that is followed by another cannot change any more: it stays the
 * same object, and only the text after it is read again. So the cost of a word does not grow with the text before it.
 */
export class Blocks {
  private text = '';
  private done: Block[] = [];
  /** Where the text continues that is not in a finished block. */
  private start = 0;
  /** Whether the last finished block is the beginning of a list that goes on. */
  private isCut = false;
  /** The links that are defined in finished blocks. */
  private links: Links = {};
  /** All that are defined, as finished blocks were last read with them. */
  private defined: Links = {};

  /**
   * The blocks of a text; another one than before, or the same with more at its end. With `open` more will come: a mark that
   * is not closed yet is shown as if it were.
   */
  of(text: string, open = false): readonly Block[] {
    const whole = text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
    if (!whole.startsWith(this.text)) {
      this.done = [];
      this.start = 0;
      this.isCut = false;
      this.links = {};
      this.defined = {};
    }
    this.text = whole;
    const read = this.read(whole.slice(this.start));
    const rest = read.slice(this.finish(read));
    const last = rest.at(-1);
    if (open && last && MENDED.has(last.token.type)) {
      const mended = mend(last.raw);
      const [token] = mended === last.raw ? [] : lex(mended, this.defined);
      rest[rest.length - 1] = token ? { ...last, token } : last;
    }
    return [...this.done, ...rest];
  }

  private read(text: string): Block[] {
    const tokens = lex(text, this.links);
    this.define(tokens.links);
    const blocks: Block[] = [];
    for (const token of tokens) {
      const last = blocks.at(-1);
      if (token.type === 'space' && last) {
        // Where blocks end is counted in characters.
        last.raw += token.raw;
      } else {
        blocks.push({ raw: token.raw, token });
      }
    }
    const [first] = blocks;
    if (this.isCut && first?.token.type === 'list') {
      first.continues = true;
    }
    return blocks;
  }

  /** Keeps the blocks that cannot change; answers how many. The last line that is not complete may still be anything. */
  private finish(open: readonly Block[]): number {
    const tail = this.text.slice(this.start);
    const complete = tail.lastIndexOf('\n') + 1;
    let end = 0;
    let finished = 0;
    for (const [place, block] of open.entries()) {
      const next = end + block.raw.length;
      if (next >= complete || place === open.length - 1 || !tail.startsWith(block.raw, end)) {
        break;
      }
      end = next;
      finished += 1;
    }
    for (const block of open.slice(0, finished)) {
      this.done.push(block);
      this.isCut = false;
      if (block.token.type === 'def') {
        const { tag, href, title } = block.token as Tokens.Def;
        this.links[tag] ??= { href, title };
      }
    }
    this.start += end;
    this.cut(open[finished]);
    return finished;
  }

  /** Keeps the first items of a long list; the rest of it is read as another list the next time. */
  private cut(block: Block | undefined): void {
    if (block?.token.type !== 'list' || block.raw.length < LONG_LIST) {
      return;
    }
    const list = block.token as Tokens.List;
    const items = list.items.slice(0, -2);
    const raw = items.map((item) => item.raw).join('');
    if (items.length === 0 || !this.text.startsWith(raw, this.start) || !raw.endsWith('\n')) {
      return;
    }
    const { continues } = block;
    this.done.push({ raw, token: { ...list, raw, items }, ...(continues ? { continues } : {}) });
    this.start += raw.length;
    this.isCut = true;
    // What is shown now has it already.
    const rest = list.items.slice(-2);
    const start = list.ordered ? Number(list.start) + items.length : list.start;
    block.raw = block.raw.slice(raw.length);
    block.token = { ...list, raw: block.raw, items: rest, start: start as number };
    block.continues = true;
  }

  /** A link may be defined after its use: the blocks that use it are read again. */
  private define(links: Links): void {
    const labels = Object.keys(links).filter((label) => links[label]?.href !== this.defined[label]?.href);
    this.defined = links;
    if (labels.length > 0) {
      this.done = this.done.map((block) => {
        const uses = labels.some((label) => block.raw.toLowerCase().includes(`[${label}]`));
        const [token] = uses && block.token.type !== 'def' ? lex(block.raw, links) : [];
        return token ? { ...block, token } : block;
      });
    }
  }
}

/** Reads a text in which these links are defined already. */
function lex(text: string, links: Links) {
  const lexer = new Lexer();
  lexer.tokens.links = { ...links };
  return lexer.lex(text);
}

/** What has marks in it that may be half here. */
const MENDED = new Set(['paragraph', 'heading', 'list', 'blockquote', 'text']);

/** A text whose last line has what is half here closed, or left out. */
export function mend(text: string): string {
  const begin = text.lastIndexOf('\n') + 1;
  let line = text.slice(begin).replace(/!?\[([^\]]*)\]\([^)\s]*$/, '$1');
  const bare = line.replaceAll(/`[^`]*`/g, '');
  if (bare.includes('`')) {
    line = line.endsWith('`') ? line.slice(0, -1) : `${line}\``;
  } else if ((bare.match(/\*\*/g)?.length ?? 0) % 2 === 1) {
    line = line.endsWith('**') ? line.slice(0, -2) : `${line.replace(/\*$/, '')}**`;
  }
  return text.slice(0, begin) + line;
}
