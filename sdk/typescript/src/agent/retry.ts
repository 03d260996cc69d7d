import { Problem } from '../problem.js';
import { Delays, sleep } from '../time.js';

/** Calls until there is an answer, a problem that does not pass, or `signal` is aborted. */
export async function untilAnswered<Answer>(
  call: () => Promise<Answer>,
  signal: AbortSignal,
  tell: (problem: Problem) => void = () => {},
): Promise<Answer> {
  const delays = new Delays(250, 10_000);
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Problem) || !error.retryable) {
        throw error;
      }
      tell(error);
      await sleep(Math.max(delays.next(), 1_000 * Math.min(error.retryAfter ?? 0, 20)), signal);
    }
  }
}
