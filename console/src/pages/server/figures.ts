import { growth, quantile, type Sample, type Samples, sum } from './prometheus.ts';

/** What one line of a chart shows: its name, its colour among the tokens, and how it comes from two readings. */
export interface Line {
  name: string;
  colour: string;
  of: (before: Samples, now: Samples, seconds: number) => number | undefined;
}

/** A few figures that are told together. */
export interface Chart {
  title: string;
  /** What is asked, in a sentence. */
  about: string;
  unit: 'per second' | 'milliseconds' | 'count';
  lines: readonly Line[];
}

type Labels = Sample['labels'];

const rate =
  (name: string, which?: (labels: Labels) => boolean): Line['of'] =>
  (before, now, seconds) =>
    growth(before, now, name, which) / seconds;

const time =
  (q: number, name: string, which?: (labels: Labels) => boolean): Line['of'] =>
  (before, now) => {
    const seconds = quantile(q, before, now, name, which);
    return seconds === undefined ? undefined : seconds * 1_000;
  };

const gauge =
  (name: string): Line['of'] =>
  (_, now) =>
    sum(now, name) ?? 0;

const status = (from: number, to: number) => (labels: Labels) => {
  const status = Number(labels.status);
  return status >= from && status < to;
};

/** Requests that wait for something to happen tell nothing of how fast the server is. */
const answersAtOnce = ({ route }: Labels): boolean =>
  route !== '/ws' &&
  route !== '/agents/{agent_id}/inbox' &&
  route !== '/messages/send' &&
  route !== '/mcp' &&
  route !== '/a2a/{agent_id}';

const REQUESTS = 'sessiond_http_requests_total';
const DURATIONS = 'sessiond_http_request_duration_seconds';

/** The handful of figures that tell how the server is. */
export const CHARTS: readonly Chart[] = [
  {
    title: 'Requests',
    about: 'Requests by outcome',
    unit: 'per second',
    lines: [
      { name: 'succeeded', colour: '--accent', of: rate(REQUESTS, status(100, 400)) },
      { name: 'rejected', colour: '--warn', of: rate(REQUESTS, status(400, 500)) },
      { name: 'failed', colour: '--bad', of: rate(REQUESTS, status(500, 600)) },
    ],
  },
  {
    title: 'Response time',
    about: 'Without requests that wait for events',
    unit: 'milliseconds',
    lines: [
      { name: 'median', colour: '--accent', of: time(0.5, DURATIONS, answersAtOnce) },
      { name: 'p99', colour: '--warn', of: time(0.99, DURATIONS, answersAtOnce) },
    ],
  },
  {
    title: 'Writing',
    about: 'Durable events and commits',
    unit: 'per second',
    lines: [
      { name: 'events', colour: '--accent', of: rate('sessiond_events_total') },
      { name: 'commits', colour: '--good', of: rate('sessiond_commit_seconds_count') },
    ],
  },
  {
    title: 'Commit time',
    about: 'Time until a commit is on disk',
    unit: 'milliseconds',
    lines: [
      { name: 'median', colour: '--accent', of: time(0.5, 'sessiond_commit_seconds') },
      { name: 'p99', colour: '--warn', of: time(0.99, 'sessiond_commit_seconds') },
    ],
  },
  {
    title: 'Messages',
    about: 'Deliveries and dead letters',
    unit: 'per second',
    lines: [
      { name: 'delivered', colour: '--accent', of: rate('sessiond_deliveries_total') },
      { name: 'acknowledged', colour: '--good', of: rate('sessiond_acknowledge_seconds_count') },
      { name: 'dead', colour: '--bad', of: rate('sessiond_dead_letters_total') },
    ],
  },
  {
    title: 'Open',
    about: 'Open connections, and sessions in memory',
    unit: 'count',
    lines: [
      { name: 'event streams', colour: '--accent', of: gauge('sessiond_event_streams') },
      { name: 'WebSockets', colour: '--good', of: gauge('sessiond_websockets') },
      { name: 'sessions in memory', colour: '--idle', of: gauge('sessiond_sessions_open') },
    ],
  },
];

/** The readings since the page was opened, as the charts want them: times, and then a row for each line. */
export interface History {
  /** Seconds since 1970. */
  times: number[];
  /** For each chart, for each of its lines, the values; null where there is none. */
  values: (number | null)[][][];
}

/** Readings that are kept: a quarter of an hour, at one each two seconds. */
const KEPT = 450;

export const emptyHistory = (): History => ({
  times: [],
  values: CHARTS.map(({ lines }) => lines.map(() => [])),
});

/** Adds what came about between two readings; without the later one there is a gap. */
export function extend(
  history: History,
  at: number,
  before: Samples,
  now: Samples | undefined,
  seconds: number,
): History {
  return {
    times: [...history.times, at].slice(-KEPT),
    values: CHARTS.map(({ lines }, chart) =>
      lines.map((line, place) => {
        const value = now && line.of(before, now, seconds);
        return [...(history.values[chart]?.[place] ?? []), value ?? null].slice(-KEPT);
      }),
    ),
  };
}

/** A figure with its unit, short enough to stand beside others. */
export function show(value: number | null | undefined, unit: Chart['unit']): string {
  if (value === null || value === undefined) {
    return '–';
  }
  const digits = value === 0 || value >= 100 || unit === 'count' ? 0 : value >= 10 ? 1 : 2;
  const figure = value.toLocaleString('en', { maximumFractionDigits: digits });
  return unit === 'milliseconds' ? `${figure} ms` : unit === 'per second' ? `${figure}/s` : figure;
}
