import { useSyncExternalStore } from 'react';

/** `system` follows the machine. */
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'sessiond.theme';
const listeners = new Set<() => void>();

export function theme(): Theme {
  const stored = localStorage.getItem(KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function setTheme(next: Theme): void {
  localStorage.setItem(KEY, next);
  applyTheme();
  for (const listener of listeners) {
    listener();
  }
}

/** Sets what the stylesheet looks at. */
export function applyTheme(): void {
  const now = theme();
  if (now === 'system') {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = now;
  }
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, theme);
}

const night = window.matchMedia('(prefers-color-scheme: dark)');
const onNight = (listener: () => void) => {
  night.addEventListener('change', listener);
  return () => night.removeEventListener('change', listener);
};

/** Whether the page is dark, for what CSS does not reach. */
export function useDark(): boolean {
  const chosen = useTheme();
  const machine = useSyncExternalStore(onNight, () => night.matches);
  return chosen === 'system' ? machine : chosen === 'dark';
}
