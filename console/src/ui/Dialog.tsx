import { Terminal, X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { curl } from '../data/curl.ts';
import { Button, IconButton } from './Button.tsx';
import { Command } from './Copy.tsx';
import css from './Dialog.module.css';
import { byField, FieldErrorsContext } from './fieldErrors.ts';
import { ProblemView } from './Problem.tsx';
import { useFormDraft } from './useFormDraft.ts';

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** What it does, in a sentence. */
  description?: ReactNode;
  wide?: boolean;
  /** Only its own button closes it: what it shows is not shown again. */
  firm?: boolean;
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
function Window({ title, description, wide, firm, children }: Omit<DialogProps, 'open' | 'onClose'>) {
  const [opener] = useState(() => document.activeElement);
  return (
    <Radix.Content
      className={`${css.content} ${wide ? css.wide : ''}`}
      onCloseAutoFocus={(event) => {
        event.preventDefault();
        giveBack(opener);
      }}
      onOpenAutoFocus={(event) => focusFirst(event)}
      {...(firm ? { onEscapeKeyDown: stay, onInteractOutside: stay } : {})}
      {...(description ? {} : { 'aria-describedby': undefined })}
    >
      <header className={css.header}>
        <Radix.Title asChild>
          <h2>{title}</h2>
        </Radix.Title>
        {!firm && (
          <Radix.Close asChild>
            <IconButton label="Close" icon={<X />} />
          </Radix.Close>
        )}
      </header>
      {description && <Radix.Description className={css.description}>{description}</Radix.Description>}
      {children}
    </Radix.Content>
  );
}

const NO_ERRORS = new Map<string, string>();

const stay = (event: Event) => event.preventDefault();

/** A dialog begins at its first field, or where it says; one without fields at its own beginning. */
function focusFirst(event: Event): void {
  const content = event.currentTarget as HTMLElement;
  const place = content.querySelector<HTMLElement>('[autofocus]') ?? content.querySelector<HTMLElement>(FIELDS);
  if (content.contains(document.activeElement) && document.activeElement !== content) {
    // A field with autofocus has it already.
    event.preventDefault();
  } else if (place) {
    event.preventDefault();
    place.focus();
  }
}

const FIELDS = 'input:not([type="hidden"], [type="checkbox"]), textarea, select';

/** The focus goes to where it was, or to the page when that is gone; where something else has taken it, it stays. */
function giveBack(opener: Element | null): void {
  const at = document.activeElement;
  if (at === null || at === document.body) {
    const place = opener instanceof HTMLElement && opener.isConnected ? opener : document.getElementById('page');
    place?.focus({ preventScroll: true });
  }
}

export interface FormDialogProps extends Omit<DialogProps, 'children'> {
  /** Its fields; absent where there is nothing to type. */
  children?: ReactNode;
  /** The words on the button that does it. */
  action: string;
  danger?: boolean | undefined;
  /** Names what is typed into it, which is kept until it is sent; absent where there is nothing to type. */
  draft?: string | undefined;
  /** Whether it can be shown as a command; what is more than a request or two cannot. */
  asCurl?: boolean | undefined;
  /** Does it; the dialog closes when it succeeded, and shows the problem when not. */
  submit: (form: FormData) => Promise<unknown>;
}

/** A dialog that asks for something and does it. */
export function FormDialog({ action, danger, draft, asCurl, submit, children, ...dialog }: FormDialogProps) {
  return (
    <Dialog {...dialog}>
      <DialogForm
        action={action}
        danger={danger}
        draft={draft}
        asCurl={asCurl}
        submit={submit}
        onClose={dialog.onClose}
      >
        {children}
      </DialogForm>
    </Dialog>
  );
}

/** The form of a dialog. It is within the dialog's content, so that it starts afresh each time the dialog opens. */
export function DialogForm({
  action,
  danger = false,
  draft,
  submit,
  onClose,
  onDone = onClose,
  asCurl = true,
  children,
}: Pick<FormDialogProps, 'action' | 'danger' | 'draft' | 'submit' | 'onClose' | 'asCurl' | 'children'> & {
  /** Called when it is done; it closes the dialog when absent. */
  onDone?: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ReturnType<typeof byField>>();
  const { form, restored, onInput, drop } = useFormDraft(draft);
  const [command, setCommand] = useState<string>();
  const showCommand = async () => {
    const element = form.current;
    if (command !== undefined || !element?.reportValidity()) {
      setCommand(undefined);
      return;
    }
    setError(undefined);
    try {
      setCommand(await curl.of(() => submit(new FormData(element))));
    } catch (problem) {
      setError(byField(element, problem));
    }
  };
  // The first field that is wrong is where to go on typing.
  useEffect(() => {
    if (error && error.fields.size > 0) {
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    }
  }, [error, form]);
  // What cannot be undone is offered once it is confirmed.
  const [complete, setComplete] = useState(!danger);
  useEffect(() => setComplete(!danger || (form.current?.checkValidity() ?? true)), [danger, form]);
  const onTyped = () => {
    setComplete(!danger || (form.current?.checkValidity() ?? true));
    // What is shown is of what was typed before.
    setCommand(undefined);
    onInput();
  };
  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const element = event.currentTarget;
    setBusy(true);
    setError(undefined);
    try {
      await submit(new FormData(element));
      drop();
      onDone();
    } catch (problem) {
      setError(byField(element, problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      ref={form}
      className={css.form}
      onSubmit={(event) => void onSubmit(event)}
      onInput={onTyped}
      onChange={onTyped}
    >
      {restored && <p className={css.restored}>This is what you typed earlier and did not send.</p>}
      <FieldErrorsContext value={error?.fields ?? NO_ERRORS}>{children}</FieldErrorsContext>
      {error?.rest !== undefined && <ProblemView error={error.rest} />}
      {command !== undefined && <Command>{command}</Command>}
      <footer className={css.footer}>
        {asCurl && (
          <Button
            look="quiet"
            icon={<Terminal />}
            aria-pressed={command !== undefined}
            onClick={() => void showCommand()}
          >
            As curl
          </Button>
        )}
        <span className={css.space} />
        {restored && (
          <Button
            look="quiet"
            onClick={() => {
              drop();
              onClose();
            }}
          >
            Discard
          </Button>
        )}
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look={danger ? 'danger' : 'primary'} disabled={busy || !complete}>
          {busy ? 'One moment…' : action}
        </Button>
      </footer>
    </form>
  );
}
