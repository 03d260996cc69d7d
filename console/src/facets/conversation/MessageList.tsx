import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { type Ref, useImperativeHandle, useLayoutEffect, useRef } from 'react';
import type { Turn } from 'sessiond';
import { IconButton } from '../../ui/Button.tsx';
import { Divider } from './Divider.tsx';
import { scrollToText, useMarks } from './find.ts';
import css from './MessageList.module.css';
import { TurnView } from './TurnView.tsx';
import type { Known } from './turns.ts';
import type { TurnActs } from './useChat.ts';

/** How near to its end the list must be to stick to it, in pixels. */
const NEAR = 80;

/** Between turns, in pixels. */
const GAP = 28;

export interface MessageListHandle {
  toEnd: () => void;
  /** Brings the turn at this place of the path into sight, and in it a text. */
  show: (place: number, text: string) => void;
}

/** What was said along the branch that is shown. Only the turns in sight are in the page. */
export function MessageList({
  known: { path, tree, running, summary },
  acts,
  active,
  editing,
  onEdit,
  mark,
  ref,
}: {
  known: Known;
  acts: TurnActs;
  active: boolean;
  editing: string | undefined;
  onEdit: (turn: Turn | undefined) => void;
  /** A text that is marked. */
  mark: string;
  ref: Ref<MessageListHandle>;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: path.length,
    getScrollElement: () => scroller.current,
    estimateSize: (place) => estimate(path[place]),
    getItemKey: (place) => path[place]?.turn_id ?? place,
    overscan: 2,
    gap: GAP,
    paddingStart: 16,
    paddingEnd: 20,
    scrollPaddingStart: 12,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: NEAR,
    // It begins at its end: what is above is never rendered.
    initialOffset: () => path.reduce((height, turn) => height + estimate(turn) + GAP, 0),
  });
  const items = virtual.getVirtualItems();
  useLayoutEffect(() => virtual.scrollToEnd(), [virtual]);
  useImperativeHandle(
    ref,
    () => ({
      toEnd: () => virtual.scrollToEnd(),
      show: (place, text) => {
        virtual.scrollToIndex(place, { align: 'start' });
        if (scroller.current) {
          scrollToText(scroller.current, place, text);
        }
      },
    }),
    [virtual],
  );
  useMarks(scroller, mark, `${items[0]?.key} ${items.at(-1)?.key} ${virtual.getTotalSize()}`);
  const atEnd = virtual.isAtEnd(NEAR);
  return (
    <div className={css.frame}>
      <div
        ref={scroller}
        className={css.list}
        role="feed"
        aria-label="Turns"
        aria-busy={running !== undefined}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        data-at-end={atEnd}
      >
        <div role="none" className={css.all} style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const turn = path[index];
            if (!turn) {
              return null;
            }
            const siblings = tree.siblings(turn);
            return (
              <article
                // The branches of one place are one element: the button that has the focus stays.
                key={siblings[0]?.turn_id ?? turn.turn_id}
                ref={virtual.measureElement}
                data-index={index}
                data-turn={turn.turn_id}
                data-status={turn.status}
                className={css.row}
                aria-label={`Turn ${index + 1}`}
                aria-posinset={index + 1}
                aria-setsize={path.length}
                style={{ transform: `translateY(${start}px)` }}
              >
                <TurnView
                  turn={turn}
                  siblings={siblings}
                  acts={acts}
                  active={active}
                  editing={editing === turn.turn_id}
                  onEdit={onEdit}
                />
                {summary?.turns === index + 1 && <Divider sessionId={turn.session_id} summary={summary} />}
              </article>
            );
          })}
        </div>
      </div>
      {!atEnd && (
        <div className={css.newest}>
          <IconButton label="Newest" icon={<ArrowDown />} onClick={() => virtual.scrollToEnd()} />
        </div>
      )}
    </div>
  );
}

/** About how high a turn is, in pixels, before it is measured. */
function estimate(turn: Turn | undefined): number {
  const lines = (text: string, width: number) => Math.ceil(text.length / width) + 1;
  return turn ? 110 + 24 * (lines(turn.text, 60) + lines(turn.answer, 85)) : 200;
}
