import { useCallback, useState } from 'react';
import { counted } from './numbers.ts';
import { asProblem } from './Problem.tsx';
import { toast } from './Toast.tsx';

/** How many are done at the same time. */
const AT_ONCE = 4;

/** What became of an action on several things. */
export interface Bulk {
  /** How many of them are done, while it is under way. */
  running: { done: number; of: number } | undefined;
  /** What it failed for, by the names of the things. */
  failures: readonly { name: string; problem: string }[];
  /** Does it with each; what fails does not stop the others. */
  run: <Item>(items: readonly Item[], action: BulkAction<Item>) => Promise<void>;
  clear: () => void;
}

export interface BulkAction<Item> {
  name: (item: Item) => string;
  act: (item: Item) => Promise<unknown>;
  /** What was done, with its noun: `retried`, `task`. */
  done: string;
  noun: string;
}

/** Does an action with several things, and tells what became of it. */
export function useBulk(onDone: () => void): Bulk {
  const [running, setRunning] = useState<Bulk['running']>();
  const [failures, setFailures] = useState<Bulk['failures']>([]);
  const run = useCallback(
    async <Item>(items: readonly Item[], { name, act, done, noun }: BulkAction<Item>) => {
      const failed: { name: string; problem: string }[] = [];
      const queue = [...items];
      let finished = 0;
      setFailures([]);
      setRunning({ done: 0, of: items.length });
      const work = async () => {
        for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
          try {
            await act(item);
          } catch (error) {
            failed.push({ name: name(item), problem: asProblem(error).detail });
          }
          finished += 1;
          setRunning({ done: finished, of: items.length });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      setRunning(undefined);
      setFailures(failed);
      const succeeded = items.length - failed.length;
      if (succeeded > 0) {
        toast(`${counted(succeeded, noun)} ${done}`);
      }
      if (failed.length > 0) {
        toast(`${counted(failed.length, noun)} not ${done}`, 'bad');
      }
      onDone();
    },
    [onDone],
  );
  return { running, failures, run, clear: useCallback(() => setFailures([]), []) };
}
