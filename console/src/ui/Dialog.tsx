import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Button, IconButton } from './Button.tsx';
import css from './Dialog.module.css';
import { ProblemView } from './Problem.tsx';

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** What it does, in a sentence. */
  description?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

/** A window above the page; Escape closes it and the focus goes back. */
export function Dialog({ open, onClose, ...rest }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={css.overlay} />
        <Window {...rest} />
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Is there only while the dialog is open, so that it begins where the focus was when it opened. */
function Window({ title, description, wide, children }: Omit<DialogProps, 'open' | 'onClose'>) {
  const [opener] = useState(() => document.activeElement);
  return (
    <Radix.Content
      className={`${css.content} ${wide ? css.wide : ''}`}
      onCloseAutoFocus={(event) => {
        event.preventDefault();
        giveBack(opener);
      }}
      {...(description ? {} : { 'aria-describedby': undefined })}
    >
      <header className={css.header}>
        <Radix.Title asChild>
          <h2>{title}</h2>
        </Radix.Title>
        <Radix.Close asChild>
          <IconButton label="Close" icon={<X />} />
        </Radix.Close>
      </header>
      {description && <Radix.Description className={css.description}>{description}</Radix.Description>}
      {children}
    </Radix.Content>
  );
}

/** The focus goes to where it was, or to the page when that is gone; where something else has taken it, it stays. */
function giveBack(opener: Element | null): void {
  const at = document.activeElement;
  if (at === null || at === document.body) {
    const place = opener instanceof HTMLElement && opener.isConnected ? opener : document.getElementById('page');
    place?.focus({ preventScroll: true });
  }
}

export interface FormDialogProps extends DialogProps {
  /** The words on the button that does it. */
  action: string;
  danger?: boolean;
  /** Does it; the dialog closes when it succeeded, and shows the problem when not. */
  submit: (form: FormData) => Promise<unknown>;
}

/** A dialog that asks for something and does it. */
export function FormDialog({ action, danger, submit, children, ...dialog }: FormDialogProps) {
  return (
    <Dialog {...dialog}>
      <DialogForm action={action} danger={danger ?? false} submit={submit} onClose={dialog.onClose}>
        {children}
      </DialogForm>
    </Dialog>
  );
}

/** Within the dialog's content, so that what it holds begins anew each time it opens. */
function DialogForm({
  action,
  danger,
  submit,
  onClose,
  children,
}: Pick<FormDialogProps, 'action' | 'submit' | 'onClose' | 'children'> & { danger: boolean }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await submit(new FormData(event.currentTarget));
      onClose();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className={css.form} onSubmit={(event) => void onSubmit(event)}>
      {children}
      {error !== undefined && <ProblemView error={error} />}
      <footer className={css.footer}>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look={danger ? 'danger' : 'primary'} disabled={busy}>
          {busy ? 'One moment…' : action}
        </Button>
      </footer>
    </form>
  );
}
