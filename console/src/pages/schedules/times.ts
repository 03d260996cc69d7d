import type { Schedule } from 'sessiond';

/** When a schedule creates sessions, in a line. */
export function timesOf({ cron, every, at, time_zone }: Pick<Schedule, 'cron' | 'every' | 'at' | 'time_zone'>): string {
  if (cron) {
    return [cron, time_zone].filter(Boolean).join(' ');
  }
  return every ? `every ${every}` : `at ${at ?? ''}`;
}

/** Whether a schedule creates sessions: it may be paused, or have no more times. */
export function stateOf({ paused, next_at }: Pick<Schedule, 'paused' | 'next_at'>): 'active' | 'paused' | 'finished' {
  if (paused) {
    return 'paused';
  }
  return next_at ? 'active' : 'finished';
}
