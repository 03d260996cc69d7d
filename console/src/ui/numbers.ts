// Numbers as people read them; English, as all words of the console are.

const whole = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** A number in full: `1,204`. */
export const grouped = (number: number): string => whole.format(number);

/** A number in little room: in full up to 9,999. */
export const short = (number: number): string => (number < 10_000 ? grouped(number) : compact.format(number));

/** A number with its noun: `1 event`, `1,204 events`. */
export const counted = (number: number, noun: string, plural = `${noun}s`): string =>
  `${grouped(number)} ${number === 1 ? noun : plural}`;

/** A share of 1, with a space at which no line ends. */
export const percent = (share: number): string => `${Math.round(share * 100)}\u00a0%`;

/** An amount of US dollars: amounts below one dollar have digits enough to be added up. */
export function dollars(amount: number): string {
  if (amount === 0) {
    return '$0';
  }
  if (amount >= 0.99995) {
    return `$${amount.toFixed(2)}`;
  }
  const digits = amount >= 0.0001 ? 4 : Math.min(9, 1 - Math.floor(Math.log10(amount)));
  return `$${amount.toFixed(digits)}`;
}

/** Bytes in their largest unit. */
export function bytes(number: number): string {
  for (const [unit, size] of [
    ['GiB', 2 ** 30],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const) {
    if (number >= size) {
      return `${(number / size).toFixed(1)} ${unit}`;
    }
  }
  return counted(number, 'byte');
}
