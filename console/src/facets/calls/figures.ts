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
