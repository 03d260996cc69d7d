/** One figure of `/metrics`. */
export interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** The figures of `/metrics`, by their names. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Reads Prometheus's text format, as far as figures go; what is no figure is passed over. */
export function parse(text: string): Samples {
  const samples = new Map<string, Sample[]>();
  for (const line of text.split('\n')) {
    const [, name, labels, figure] = LINE.exec(line) ?? [];
    if (!name || !figure) {
      continue;
    }
    const value = figure === '+Inf' ? Number.POSITIVE_INFINITY : Number(figure);
    if (Number.isNaN(value)) {
      continue;
    }
    const named = samples.get(name) ?? [];
    named.push({ labels: labelsOf(labels ?? ''), value });
    samples.set(name, named);
  }
  return samples;
}

function labelsOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(LABEL)].map(([, name = '', value = '']) => [name, unescaped(value)]);
  return Object.fromEntries(pairs);
}

const unescaped = (value: string): string => value.replace(/\\(.)/g, (_, char) => (char === 'n' ? '\n' : char));

/** Which of a name's figures are meant. */
export type Which = (labels: Sample['labels']) => boolean;

const all: Which = () => true;

/** The sum of a name's figures; undefined when the server has none of that name yet. */
export function sum(samples: Samples, name: string, which: Which = all): number | undefined {
  const meant = samples.get(name)?.filter(({ labels }) => which(labels));
  return meant?.reduce((sum, { value }) => sum + value, 0);
}

/** How much a counter grew. One that shrank began anew, with the server. */
export function growth(before: Samples, now: Samples, name: string, which: Which = all): number {
  const past = sum(before, name, which) ?? 0;
  const present = sum(now, name, which) ?? 0;
  return present >= past ? present - past : present;
}

/**
 * A quantile of what a histogram counted between two readings, as `histogram_quantile` of Prometheus estimates it: the
 * values of a bucket are taken to lie evenly. Undefined when nothing was counted.
 */
export function quantile(
  q: number,
  before: Samples,
  now: Samples,
  name: string,
  which: Which = all,
): number | undefined {
  const bounds = new Set((now.get(`${name}_bucket`) ?? []).map(({ labels }) => labels.le ?? ''));
  const buckets = [...bounds]
    .map((le) => ({
      bound: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le),
      count: growth(before, now, `${name}_bucket`, (labels) => labels.le === le && which(labels)),
    }))
    .sort((a, b) => a.bound - b.bound);
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0) {
    return undefined;
  }
  const rank = q * total;
  const place = buckets.findIndex(({ count }) => count >= rank);
  const bucket = buckets[place];
  const under = buckets[place - 1] ?? { bound: 0, count: 0 };
  if (!bucket || bucket.bound === Number.POSITIVE_INFINITY) {
    return under.bound;
  }
  const within = bucket.count - under.count;
  return under.bound + (bucket.bound - under.bound) * (within > 0 ? (rank - under.count) / within : 1);
}
