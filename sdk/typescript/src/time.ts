/** The longest time that a timer of JavaScript can be set to: about 24 days. */
const TIMER_MAX = 2 ** 31 - 1;

/** Waits; rejects with the signal's reason when that is aborted first. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const aborted = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', aborted);
      resolve();
    }, Math.min(ms, TIMER_MAX));
    signal?.addEventListener('abort', aborted, { once: true });
  });
}

/** Runs a function after a time that may be longer than a timer can be set to, or never (`Infinity`). */
export function after(ms: number, run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const set = (left: number) => {
    timer = setTimeout(() => (left > TIMER_MAX ? set(left - TIMER_MAX) : run()), Math.min(left, TIMER_MAX));
  };
  if (ms !== Infinity) {
    set(Math.max(0, ms));
  }
  return () => clearTimeout(timer);
}

/** Delays that double from `min` to `max`, half of each drawn at random, so that many clients do not come at once. */
export class Delays {
  private tries = 0;

  constructor(
    private readonly min: number,
    private readonly max: number,
  ) {}

  next(): number {
    const full = Math.min(this.max, this.min * 2 ** this.tries);
    this.tries += 1;
    return full / 2 + Math.random() * (full / 2);
  }

  reset(): void {
    this.tries = 0;
  }
}

/** A signal that is aborted by another one, by its own controller, or when the time is over. */
export function linked(signal: AbortSignal | undefined, timeout: number): { controller: AbortController; unlink: () => void } {
  const controller = new AbortController();
  const follow = () => controller.abort(signal?.reason);
  if (signal?.aborted) {
    follow();
  }
  signal?.addEventListener('abort', follow, { once: true });
  const stop = after(timeout, () => controller.abort(new DOMException('no answer in time', 'TimeoutError')));
  return {
    controller,
    unlink: () => {
      stop();
      signal?.removeEventListener('abort', follow);
    },
  };
}
