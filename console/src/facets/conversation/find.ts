import { type RefObject, useEffect, useMemo, useState } from 'react';
import type { Turn } from 'sessiond';

/** What is looked for in a conversation. */
export interface Find {
  text: string;
  /** The places in the path of the turns that have it. */
  hits: readonly number[];
  /** Which of them is shown; counted from 0. */
  at: number;
  change: (text: string) => void;
  step: (by: 1 | -1) => void;
}

/** The places of the turns that have a text in their question or answer. */
export function hitsOf(path: readonly Turn[], text: string): number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') {
    return [];
  }
  return path.flatMap((turn, place) =>
    turn.text.toLowerCase().includes(wanted) || turn.answer.toLowerCase().includes(wanted) ? [place] : [],
  );
}

/** Looks for a text; the newest turn that has it comes first, because the end is what is in sight. */
export function useFind(path: readonly Turn[], open: boolean, show: (place: number, text: string) => void): Find {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<number>();
  const hits = useMemo(() => (open ? hitsOf(path, text) : []), [path, text, open]);
  const at = Math.min(chosen ?? hits.length - 1, hits.length - 1);
  const goTo = (found: readonly number[], next: number, wanted: string) => {
    setChosen(next);
    const place = found[next];
    if (place !== undefined) {
      show(place, wanted);
    }
  };
  return {
    text,
    hits,
    at,
    change: (next) => {
      setText(next);
      const found = hitsOf(path, next);
      goTo(found, found.length - 1, next);
    },
    step: (by) => {
      if (hits.length > 0) {
        goTo(hits, (at + by + hits.length) % hits.length, text);
      }
    },
  };
}

/** The names of the marks, for the stylesheet. */
const MARK = 'chat-find';

/** Marks a text where it is in sight, without a change of the page's elements. */
export function useMarks(list: RefObject<HTMLElement | null>, text: string, version: unknown): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is in sight has changed.
  useEffect(() => {
    const wanted = text.trim().toLowerCase();
    const root = list.current;
    if (!('highlights' in CSS)) {
      return;
    }
    if (wanted === '' || !root) {
      CSS.highlights.delete(MARK);
      return;
    }
    const ranges = rangesIn(root, wanted);
    CSS.highlights.set(MARK, new Highlight(...ranges));
    return () => void CSS.highlights.delete(MARK);
  }, [list, text, version]);
}

/** Where a text, in small letters, is in an element. */
function rangesIn(root: Element, wanted: string): Range[] {
  const ranges: Range[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const said = node.nodeValue?.toLowerCase() ?? '';
    for (let at = said.indexOf(wanted); at >= 0; at = said.indexOf(wanted, at + wanted.length)) {
      const range = new Range();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      ranges.push(range);
    }
  }
  return ranges;
}

/** How long a list may take to have the turn that it was scrolled to, in milliseconds. */
const SETTLES = 150;

/** Scrolls within a turn, which may be much higher than the list, to where the text is. */
export function scrollToText(list: HTMLElement, place: number, text: string): void {
  setTimeout(() => {
    const turn = list.querySelector(`[data-index="${place}"]`);
    const [range] = turn ? rangesIn(turn, text.trim().toLowerCase()) : [];
    if (range) {
      const [at, frame] = [range.getBoundingClientRect(), list.getBoundingClientRect()];
      if (at.top < frame.top || at.bottom > frame.bottom) {
        list.scrollTop += at.top - frame.top - frame.height / 3;
      }
    }
  }, SETTLES);
}
