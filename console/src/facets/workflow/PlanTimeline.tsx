import { duration, inSeconds } from '../../ui/duration.ts';
import { stateOf } from '../../ui/states.ts';
import { useNow } from '../../ui/Times.tsx';
import { clock, dateTime, useZone, zoneName } from '../../ui/time.ts';
import { step as marksOf } from '../calls/figures.ts';
import css from './PlanTimeline.module.css';
import type { StepView } from './plan.ts';
import { StateIcon } from './StateIcon.tsx';
import { type Span, type TimelineRow, timelineOf, wholeOf } from './spans.ts';

/** How many marks the scale has room for. */
const MARKS = 7;

export interface PlanTimelineProps {
  views: readonly StepView[];
  selected: string | undefined;
  onSelect: (name: string) => void;
}

/** The plan over time: when each step was active, and what its tasks did and waited for in it. */
export function PlanTimeline({ views, selected, onSelect }: PlanTimelineProps) {
  const now = useNow();
  useZone();
  const rows = timelineOf(views);
  const whole = wholeOf(rows, now);
  const length = whole.to - whole.from;
  const every = marksOf(length * 1_000, MARKS) / 1_000;
  const marks = Array.from({ length: Math.floor(length / every) + 1 }, (_, place) => place * every);
  return (
    <div className={css.timeline}>
      <div className={css.scale} aria-hidden="true">
        <span className={css.label}>{`${clock(whole.from)} ${zoneName(whole.from)}`}</span>
        <span className={css.track}>
          {marks.map((mark) => (
            <span key={mark} className={css.mark} style={{ left: `${(100 * mark) / length}%` }}>
              {mark === 0 ? '0' : `+${duration(mark)}`}
            </span>
          ))}
        </span>
      </div>
      <ol className={css.rows} aria-label="Steps and tasks over time">
        {rows.map((row) => (
          <li key={row.id}>
            <button
              type="button"
              className={css.row}
              data-kind={row.kind}
              data-row={row.id}
              aria-pressed={row.kind === 'step' ? row.step === selected : undefined}
              onClick={() => onSelect(row.step)}
            >
              <span className={css.label}>
                <StateIcon noun={row.kind} of={row.state} size={14} />
                <bdi>{row.title}</bdi>
              </span>
              <span className={css.track}>
                {row.spans.map((span) => (
                  <Bar key={`${span.from} ${span.title}`} span={span} row={row} whole={whole} now={now} />
                ))}
                {row.spans.length === 0 && <span className={css.none}>{stateOf(row.kind, row.state).word}</span>}
              </span>
              <span className={css.length}>{lengthOf(row, now)}</span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Bar({
  span: { from, to, state, title },
  row,
  whole,
  now,
}: {
  span: Span;
  row: TimelineRow;
  whole: { from: number; to: number };
  now: number;
}) {
  const length = whole.to - whole.from;
  const until = to ?? now;
  const word = state === 'waiting' ? 'waiting' : stateOf(row.kind, state).word;
  const text = `${title}: ${word}, ${duration(until - from)}`;
  return (
    <span
      className={css.bar}
      data-drawn=""
      data-state={state}
      data-tone={state === 'waiting' ? undefined : stateOf(row.kind, state).tone}
      style={{
        left: `min(${(100 * (from - whole.from)) / length}%, calc(100% - 3px))`,
        width: `max(3px, ${(100 * (until - from)) / length}%)`,
      }}
      title={`${text}\n${dateTime(from)}`}
    >
      <span className="hidden">{text}</span>
    </span>
  );
}

/** How long a row lasts or lasted, from its first to its last span. */
function lengthOf({ spans }: TimelineRow, now: number): string {
  const [first, last] = [spans[0], spans.at(-1)];
  if (!first || !last) {
    return '';
  }
  return last.to === undefined ? inSeconds(now - first.from) : duration(last.to - first.from);
}
