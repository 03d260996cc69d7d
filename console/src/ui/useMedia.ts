import { useCallback, useSyncExternalStore } from 'react';

/** Where a screen is too narrow for two columns; the stylesheets say the same. */
export const NARROW = '(max-width: 760px)';

/** Whether a media query holds now. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}
