import { KeyRound } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type FormEvent, useState } from 'react';
import { Problem } from 'sessiond';
import { connect, wantsKey } from '../data/connection.ts';
import { Button } from '../ui/Button.tsx';
import { Command } from '../ui/Copy.tsx';
import { TextField, words } from '../ui/Field.tsx';
import { ProblemView } from '../ui/Problem.tsx';
import css from './KeyPrompt.module.css';

const stay = (event: Event) => event.preventDefault();

/** Asks for a key, and tries it before it is used. It covers the pages, which keep what is open in them. */
export function KeyPrompt({
  keyed,
  onKey,
  onWithout,
}: {
  /** A key was in use until now. */
  keyed: boolean;
  onKey: (key: string, keep: boolean) => void;
  /** Forgets the key: a server without keys rejects each. */
  onWithout: () => void;
}) {
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const key = words(form, 'key');
    setBusy(true);
    setError(undefined);
    try {
      await connect(key).sessions.list({ limit: 1 });
      onKey(key, form.get('keep') === 'on');
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const refused = error instanceof Problem && wantsKey(error);
  return (
    <Radix.Root open>
      <Radix.Portal>
        <Radix.Overlay className={css.page} />
        <Radix.Content
          className={css.page}
          onEscapeKeyDown={stay}
          onInteractOutside={stay}
          aria-describedby={undefined}
          data-key-prompt=""
        >
          <form className={css.card} onSubmit={(event) => void submit(event)}>
            <KeyRound aria-hidden="true" />
            <Radix.Title asChild>
              <h1>This server needs a key</h1>
            </Radix.Title>
            <p>
              {keyed
                ? 'The server no longer accepts your key: it has expired or was revoked. The page keeps what you typed.'
                : 'Enter your key to open the console. An administrator of the server can create one for you.'}
            </p>
            <TextField
              label="Key"
              name="key"
              type="password"
              required
              autoFocus
              autoComplete="current-password"
              error={refused ? 'The server does not know this key, or the key has expired.' : undefined}
            />
            <label className={css.keep}>
              <input type="checkbox" name="keep" /> Keep it in this browser
            </label>
            {error !== undefined && !refused && <ProblemView error={error} />}
            <Button type="submit" look="primary" disabled={busy}>
              Open the console
            </Button>
            {keyed && <Button onClick={onWithout}>Continue without a key</Button>}
            <p className={css.hint}>An administrator creates keys on the server’s machine:</p>
            <Command>sessiond key create --name you --role admin</Command>
            <p className={css.hint}>
              If the server was started with <code>--dir</code>, add the same <code>--dir</code> here.
            </p>
          </form>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
