import { Check, TriangleAlert, X } from 'lucide-react';
import { Toast as Radix } from 'radix-ui';
import { useSyncExternalStore } from 'react';
import { IconButton } from './Button.tsx';
import css from './Toast.module.css';

/** How long a message stays, in milliseconds. */
const STAYS = 5_000;

/** What a message tells: that something was done, or that it was not. */
type Kind = 'good' | 'bad';

let shown: readonly { id: number; words: string; kind: Kind }[] = [];
let last = 0;
const listeners = new Set<() => void>();

function show(next: typeof shown): void {
  shown = next;
  for (const listener of listeners) {
    listener();
  }
}

/** Says that something was done, or was not; it disappears after a while. */
export function toast(words: string, kind: Kind = 'good'): void {
  last += 1;
  show([...shown.slice(-3), { id: last, words, kind }]);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Where these messages appear; once, around every page. */
export function Toasts() {
  const toasts = useSyncExternalStore(subscribe, () => shown);
  return (
    <Radix.Provider duration={STAYS} swipeDirection="right" label="Notification">
      {toasts.map(({ id, words, kind }) => (
        <Radix.Root
          key={id}
          className={css.toast}
          data-kind={kind}
          onOpenChange={(open) => !open && show(shown.filter((toast) => toast.id !== id))}
        >
          {kind === 'good' ? <Check size={16} aria-hidden="true" /> : <TriangleAlert size={16} aria-hidden="true" />}
          <Radix.Title>{words}</Radix.Title>
          <Radix.Close asChild>
            <IconButton label="Dismiss" icon={<X />} />
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className={css.viewport} label="Messages ({hotkey})" />
    </Radix.Provider>
  );
}
