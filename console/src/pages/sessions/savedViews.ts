import { useSyncExternalStore } from 'react';
import type { SessionsSearch } from '../../app/search.ts';

/** Filters and an order that somebody gave a name, in this browser. */
export interface View {
  name: string;
  search: SessionsSearch;
}

const KEY = 'sessiond.views';
/** More than these nobody finds again in a list. */
const MOST = 50;
const listeners = new Set<() => void>();
let views: readonly View[] | undefined;

/** What is stored; what cannot be read is no view. */
export function viewsOf(text: string | null): View[] {
  try {
    const stored: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(stored)
      ? stored.filter((view): view is View => typeof view?.name === 'string' && typeof view.search === 'object')
      : [];
  } catch {
    return [];
  }
}

const all = (): readonly View[] => {
  views ??= viewsOf(localStorage.getItem(KEY));
  return views;
};

function become(next: readonly View[]): void {
  views = next;
  localStorage.setItem(KEY, JSON.stringify(next));
  for (const listener of listeners) {
    listener();
  }
}

/** Keeps a view; one of the same name is replaced. */
export const saveView = (view: View): void =>
  become([...all().filter(({ name }) => name !== view.name), view].slice(-MOST));

export const removeView = (name: string): void => become(all().filter((view) => view.name !== name));

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const useViews = (): readonly View[] => useSyncExternalStore(subscribe, all);

/** Whether two searches show the same list. */
export const isSame = (one: SessionsSearch, other: SessionsSearch): boolean => textOf(one) === textOf(other);

const textOf = (search: SessionsSearch): string =>
  JSON.stringify(Object.entries(search).sort(([one], [other]) => one.localeCompare(other)));
