import { useCallback, useEffect, useRef, useState } from 'react';
import type { CallTable } from './table.ts';

/** Up to how many calls all of them are open at first; of more, only what the program itself called. */
const FEW = 1_000;

export interface Open {
  isOpen: (call: number) => boolean;
  /** Changes with what is open. */
  version: number;
  toggle: (call: number, open: boolean) => void;
  /** Opens or closes all. */
  all: (open: boolean) => void;
  /** Opens what a call stands under. */
  reveal: (call: number) => void;
}

/**
 * Which calls are open in the tree. What it is at first is settled once the journal is read, so that nothing closes
 * under the reader because more has come. What was taken up by a later call is closed: its results stand there again.
 */
export function useOpen(table: CallTable, read: boolean): Open {
  const [version, setVersion] = useState(0);
  const [rule, setRule] = useState<number | undefined>();
  const others = useRef(new Set<number>());
  const changed = useCallback(() => setVersion((version) => version + 1), []);
  useEffect(() => {
    if (read && rule === undefined) {
      setRule(table.size <= FEW ? Number.POSITIVE_INFINITY : 1);
    }
  }, [read, rule, table]);
  const most = rule ?? (table.size <= FEW ? Number.POSITIVE_INFINITY : 1);
  const isOpen = useCallback(
    (call: number) => {
      const byRule = (table.depth[call] ?? 0) < most && table.takenUpBy(call) === undefined;
      return byRule !== others.current.has(call);
    },
    [table, most],
  );
  const set = useCallback(
    (call: number, open: boolean) => {
      if (isOpen(call) !== open) {
        if (!others.current.delete(call)) {
          others.current.add(call);
        }
      }
    },
    [isOpen],
  );
  const toggle = useCallback(
    (call: number, open: boolean) => {
      set(call, open);
      changed();
    },
    [set, changed],
  );
  const all = useCallback(
    (open: boolean) => {
      others.current.clear();
      setRule(open ? Number.POSITIVE_INFINITY : 0);
      changed();
    },
    [changed],
  );
  const reveal = useCallback(
    (call: number) => {
      for (let at = table.parent[call] ?? 0; at !== 0; at = table.parent[at] ?? 0) {
        set(at, true);
      }
      changed();
    },
    [table, set, changed],
  );
  return { isOpen, version, toggle, all, reveal };
}
