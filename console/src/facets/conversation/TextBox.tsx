import { type KeyboardEvent, type Ref, useLayoutEffect, useRef } from 'react';
import css from './TextBox.module.css';

/** How high it grows, in pixels. */
const HIGHEST = 260;

/** A keyboard on a screen has no Shift and Enter: there, Enter begins a new line. */
const onScreen = matchMedia('(pointer: coarse)');

/** A text that Enter sends; Shift and Enter begin a new line. It is as high as its text. */
export function TextBox({
  label,
  value,
  onChange,
  onSubmit,
  onEscape,
  onUp,
  ref,
  ...rest
}: {
  label: string;
  value: string;
  onChange: (text: string) => void;
  onSubmit: () => void;
  onEscape?: () => void;
  /** The arrow up in an empty text. */
  onUp?: () => void;
  ref?: Ref<HTMLTextAreaElement>;
  placeholder?: string;
  autoFocus?: boolean;
  'aria-describedby'?: string;
}) {
  const box = useRef<HTMLTextAreaElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text has another height.
  useLayoutEffect(() => {
    const area = box.current;
    if (area) {
      area.style.height = 'auto';
      area.style.height = `${Math.min(HIGHEST, area.scrollHeight)}px`;
      area.style.overflowY = area.scrollHeight > HIGHEST ? 'auto' : 'hidden';
    }
  }, [value]);
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) {
      // Enter chooses a word of an input method.
      return;
    }
    const act =
      event.key === 'Enter' && !event.shiftKey && !event.altKey && !onScreen.matches
        ? onSubmit
        : event.key === 'Escape'
          ? onEscape
          : event.key === 'ArrowUp' && value === ''
            ? onUp
            : undefined;
    if (act) {
      event.preventDefault();
      act();
    }
  };
  return (
    <textarea
      rows={1}
      aria-label={label}
      {...rest}
      ref={(area) => {
        box.current = area;
        if (typeof ref === 'function') {
          ref(area);
        } else if (ref) {
          ref.current = area;
        }
      }}
      className={css.box}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={onKeyDown}
    />
  );
}
