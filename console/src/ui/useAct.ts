import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from './Toast.tsx';

/** Does what a button of a row says, tells what came of it, and has everything read again that shows it. */
export function useAct(changes: QueryKey): { busy: boolean; act: (work: () => Promise<string>) => void } {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const run = async (work: () => Promise<string>) => {
    setBusy(true);
    try {
      toast(await work());
    } catch (problem) {
      toast(problem instanceof Error ? problem.message : String(problem), 'bad');
    } finally {
      setBusy(false);
      await queries.invalidateQueries({ queryKey: changes });
    }
  };
  return { busy, act: (work) => void run(work) };
}
