import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { PanelSearch } from '../app/search.ts';

/** Changes what a panel keeps in the address; what is undefined leaves it. */
export function usePanelSearch(): (change: PanelSearch) => void {
  const navigate = useNavigate();
  return useCallback(
    (change) =>
      void navigate({
        to: '.',
        search: ((before: PanelSearch) => ({ ...before, ...change })) as never,
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
}
