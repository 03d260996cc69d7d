/** A span of microseconds in about three digits: `0.8 ms`, `12.4 ms`, `3.21 s`, `4 min 05 s`, `2 h 07 min`. */
export function duration(us: number): string {
  if (us < 1_000) {
    return `${Math.round(us)} µs`;
  }
  if (us < 999_500) {
    return `${digits(us / 1_000)} ms`;
  }
  if (us < 59_995_000) {
    return `${digits(us / 1_000_000)} s`;
  }
  const seconds = Math.round(us / 1_000_000);
  if (seconds < 3_600) {
    return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

const digits = (value: number): string => value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
const two = (value: number): string => String(value).padStart(2, '0');

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** A number in little room. */
export const short = (count: number): string => (count < 10_000 ? count.toLocaleString('en') : compact.format(count));

/** An amount of US dollars, with as many digits as tell something. */
export function dollars(amount: number): string {
  if (amount === 0) {
    return '$0';
  }
  return amount >= 0.995 ? `$${amount.toFixed(2)}` : `$${Number(amount.toPrecision(2)).toFixed(digitsOf(amount))}`;
}

const digitsOf = (amount: number): number => Math.min(8, 1 - Math.floor(Math.log10(amount)));

/** Bytes in their largest unit. */
export function bytes(count: number): string {
  for (const [unit, size] of [
    ['GiB', 2 ** 30],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const) {
    if (count >= size) {
      return `${(count / size).toFixed(1)} ${unit}`;
    }
  }
  return `${count} bytes`;
}

/** A time of day with milliseconds, of microseconds since the Unix epoch. */
export function clock(us: number): string {
  const date = new Date(us / 1_000);
  return `${date.toLocaleTimeString('en-GB')}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** The steps of a scale of time that has room for about `room` marks: 1, 2 or 5 of a power of ten, or of minutes. */
export function step(span: number, room: number): number {
  const least = Math.max(1, span / Math.max(1, room));
  const minute = 60_000_000;
  for (const nice of [minute, 2 * minute, 5 * minute, 10 * minute, 30 * minute, 60 * minute, 360 * minute]) {
    if (least > 30_000_000 && nice >= least) {
      return nice;
    }
  }
  if (least > 360 * minute) {
    return Math.ceil(least / (1_440 * minute)) * 1_440 * minute;
  }
  if (least > 20_000_000) {
    return 30_000_000;
  }
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10);
}
