import css from './Badge.module.css';
import { type Noun, stateOf, type Tone } from './states.ts';

export type { Tone } from './states.ts';

/** A word with a tint. */
export function Badge({ tone = 'idle', title, children }: { tone?: Tone; title?: string; children: React.ReactNode }) {
  return (
    <span className={`${css.badge} ${css[tone]}`} title={title}>
      {children}
    </span>
  );
}

/** The state of something in a word, with a dot that beats while it is under way; its meaning is the tooltip. */
export function Status({ noun, of, tone }: { noun: Noun; of: string; tone?: Tone }) {
  const state = stateOf(noun, of);
  return (
    <span className={`${css.badge} ${css[tone ?? state.tone]}`} data-status={of} title={state.means}>
      <span className={css.dot} aria-hidden="true" />
      {state.word}
    </span>
  );
}
