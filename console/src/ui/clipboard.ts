import { toast } from './Toast.tsx';

/** Puts a text on the clipboard, and says so when it could not; whether it did. */
export async function copy(text: string): Promise<boolean> {
  const copied = (await written(text)) || selected(text);
  if (!copied) {
    toast('The browser does not allow copying here. Select the text and copy it with Ctrl+C.', 'bad');
  }
  return copied;
}

/** Browsers have the clipboard's interface only over TLS and on the machine itself. */
async function written(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** The way that works everywhere: selects the text in a field, and copies what is selected. */
function selected(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.className = 'hidden';
  field.setAttribute('aria-hidden', 'true');
  // A dialog keeps the focus within itself.
  (before?.closest('[role="dialog"]') ?? document.body).append(field);
  field.select();
  let copied = false;
  try {
    copied = document.execCommand('copy');
  } catch {
    // Told by the caller.
  }
  field.remove();
  if (before instanceof HTMLElement) {
    before.focus({ preventScroll: true });
  }
  return copied;
}
