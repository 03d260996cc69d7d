import { Check, Copy as CopyIcon } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from './Button.tsx';
import css from './Copy.module.css';
import { copy } from './clipboard.ts';

/** Puts a text on the clipboard. */
export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) {
      return;
    }
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <>
      <IconButton
        label={label}
        icon={copied ? <Check /> : <CopyIcon />}
        onClick={() => void copy(text).then(setCopied)}
      />
      <span role="status" className="hidden">
        {copied ? 'Copied' : ''}
      </span>
    </>
  );
}

/** A command to run in a terminal, to copy. */
export function Command({ children }: { children: string }) {
  return (
    <div className={css.command}>
      <pre>
        <code>{children}</code>
      </pre>
      <CopyButton text={children} label="Copy the command" />
    </div>
  );
}

/** An id, shortened to what fits, to copy whole. */
export function Id({ children }: { children: string }) {
  return (
    <span className={css.id}>
      <code title={children}>{children}</code>
      <CopyButton text={children} label={`Copy ${children}`} />
    </span>
  );
}
