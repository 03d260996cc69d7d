const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** The milliseconds of a duration as the wire writes it (`500ms`, `300s`, `5m`, `2h`); 0 for anything else. */
export function milliseconds(duration: string | null | undefined): number {
  const match = /^(\d+)(ms|s|m|h)$/.exec(duration ?? '');
  return match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0) : 0;
}

/** A duration as the wire writes it. */
export function duration(ms: number): string {
  return `${Math.max(1, Math.round(ms))}ms`;
}
