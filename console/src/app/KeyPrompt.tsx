import { KeyRound } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Problem } from 'sessiond';
import { connect } from '../data/connection.ts';
import { Button } from '../ui/Button.tsx';
import { Command } from '../ui/Copy.tsx';
import { TextField, words } from '../ui/Field.tsx';
import { ProblemView } from '../ui/Problem.tsx';
import css from './KeyPrompt.module.css';

/** Asks for a key, and tries it before it is taken. */
export function KeyPrompt({ problem, onKey }: { problem: Problem; onKey: (key: string, keep: boolean) => void }) {
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const key = words(form, 'key');
    setBusy(true);
    try {
      await connect(key).sessions.list({ limit: 1 });
      onKey(key, form.get('keep') === 'on');
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <main className={css.page}>
      <form className={css.card} onSubmit={(event) => void submit(event)}>
        <KeyRound aria-hidden="true" />
        <h1>This server needs a key</h1>
        <p>{problem.detail}</p>
        <TextField label="Key" name="key" type="password" required autoFocus autoComplete="current-password" />
        <label className={css.keep}>
          <input type="checkbox" name="keep" /> Keep it in this browser
        </label>
        {error !== undefined && <ProblemView error={error} />}
        <Button type="submit" look="primary" disabled={busy}>
          Open the console
        </Button>
        <p className={css.hint}>An administrator creates keys on the server:</p>
        <Command>sessiond key create --name you --role admin</Command>
      </form>
    </main>
  );
}
