import css from './Chips.module.css';
import { grouped, short } from './numbers.ts';

export interface Chip<Value extends string> {
  value: Value | undefined;
  title: string;
  count?: number | undefined;
}

/** A choice of one among few, of which each may show how many there are; the first stands for all. */
export function Chips<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value | undefined;
  options: readonly Chip<Value>[];
  onChange: (value: Value | undefined) => void;
}) {
  return (
    <fieldset className={css.chips} aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value ?? ''}
          type="button"
          className={css.chip}
          aria-pressed={option.value === value}
          data-value={option.value ?? 'all'}
          onClick={() => onChange(option.value === value ? undefined : option.value)}
        >
          {option.title}
          {option.count !== undefined && (
            <span className={css.count} title={grouped(option.count)}>
              {short(option.count)}
            </span>
          )}
        </button>
      ))}
    </fieldset>
  );
}
