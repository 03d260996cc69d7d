import css from './Badge.module.css';

/** What a state means to a person. */
export type Tone = 'live' | 'good' | 'warn' | 'bad' | 'idle';

/** How each state of a session, step, task, participant, agent or message is meant; other states are their facet's. */
const TONES: Record<string, Tone> = {
  // sessions
  active: 'live',
  completed: 'good',
  terminated: 'warn',
  failed: 'bad',
  expired: 'warn',
  // steps and tasks
  pending: 'idle',
  in_progress: 'live',
  skipped: 'idle',
  stopped: 'warn',
  timeout: 'bad',
  cancelled: 'warn',
  // participants and agents
  idle: 'idle',
  working: 'live',
  online: 'good',
  healthy: 'good',
  unresponsive: 'bad',
  connected: 'good',
  busy: 'live',
  unreachable: 'bad',
  gone: 'idle',
  waiting: 'idle',
  left: 'idle',
  session_terminated: 'idle',
  ended_with_it: 'idle',
  offline: 'idle',
  // messages
  queued: 'live',
  acknowledged: 'good',
  dead: 'bad',
  withdrawn: 'idle',
};

export const toneOf = (status: string): Tone => TONES[status] ?? 'idle';

/** A word with a tint. */
export function Badge({ tone = 'idle', children }: { tone?: Tone; children: React.ReactNode }) {
  return <span className={`${css.badge} ${css[tone]}`}>{children}</span>;
}

/** A state, with a dot that beats while something is under way. A facet with states of its own gives their tone. */
export function Status({ of, tone = toneOf(of) }: { of: string; tone?: Tone }) {
  return (
    <span className={`${css.badge} ${css[tone]}`} data-status={of}>
      <span className={css.dot} aria-hidden="true" />
      {of.replaceAll('_', ' ')}
    </span>
  );
}
