import type { ComponentProps } from 'react';
import css from './Field.module.css';
import { TextField } from './Field.tsx';
import { inputOfTime, timeOfInput, useZone, zoneName } from './time.ts';

type Input = Omit<ComponentProps<'input'>, 'type' | 'value' | 'defaultValue' | 'onChange'>;

/** A field of a form for a time, in the zone in which times are shown. */
export function TimeField({ label, time, ...rest }: { label: string; time: string | undefined } & Input) {
  useZone();
  return (
    <TextField label={label} hint={zoneName(time)} type="datetime-local" defaultValue={inputOfTime(time)} {...rest} />
  );
}

/** The same in a toolbar; `onChange` has the time as the server takes it, or undefined when there is none. */
export function TimeInput({
  time,
  onChange,
  ...rest
}: { time: string | undefined; onChange: (time: string | undefined) => void } & Input) {
  useZone();
  return (
    <input
      type="datetime-local"
      {...rest}
      className={`${css.input} ${css.inline}`}
      value={inputOfTime(time)}
      onChange={({ target }) => onChange(timeOfInput(target.value))}
    />
  );
}
