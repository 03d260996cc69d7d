import { useEffect, useRef } from 'react';

/** How long the first key of two waits for the second, in milliseconds. */
const PATIENCE = 1_000;

/** Whether keys go into a text, or to a dialog or menu that is open. */
function taken(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : undefined;
  return (
    event.defaultPrevented ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    Boolean(target?.closest('input, textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"]'))
  );
}

/** Keys of the page, `j`, or two after each other, `g s`; they are free while nobody writes. */
export function useShortcuts(shortcuts: Record<string, () => void>): void {
  const current = useRef(shortcuts);
  useEffect(() => {
    current.current = shortcuts;
  });
  useEffect(() => {
    let before = '';
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onKeyDown = (event: KeyboardEvent) => {
      if (taken(event)) {
        return;
      }
      const action = current.current[`${before} ${event.key}`] ?? current.current[event.key];
      clearTimeout(timer);
      before = event.key;
      timer = setTimeout(() => {
        before = '';
      }, PATIENCE);
      if (action) {
        event.preventDefault();
        before = '';
        action();
      }
    };
    window.addEventListener('keydown', onKeyDown);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('keydown', onKeyDown);
    };
  }, []);
}
