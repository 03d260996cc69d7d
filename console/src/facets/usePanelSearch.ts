import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
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

/** A choice that is in the address under this name, so that it survives a reload and can be passed on. */
export function useSearchValue(name: string): [value: string | undefined, change: (value: string | undefined) => void] {
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const change = usePanelSearch();
  const value = search[name];
  return [
    value === undefined || value === '' ? undefined : String(value),
    useCallback((next) => change({ [name]: next }), [change, name]),
  ];
}

/** A text is put into the address when its writer pauses for so long, in milliseconds. */
const PAUSE = 300;

/** The same for a text that is typed: what is shown changes with each key, the address when the writer pauses. */
export function useSearchText(name: string): [text: string, change: (text: string) => void] {
  const [value = '', setValue] = useSearchValue(name);
  const [text, setText] = useState(value);
  const written = useRef(value);
  // Somebody went to another address.
  useEffect(() => {
    if (value !== written.current) {
      written.current = value;
      setText(value);
    }
  }, [value]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = useCallback(
    (next: string) => {
      setText(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        written.current = next.trim();
        setValue(next.trim() || undefined);
      }, PAUSE);
    },
    [setValue],
  );
  return [text, change];
}
