import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { FormDialog, type FormDialogProps } from './Dialog.tsx';
import { toast } from './Toast.tsx';

/** Asks before something is done; says afterwards that it is, and has everything read again that shows it. */
export function ConfirmDialog({
  act,
  changes,
  ...dialog
}: Pick<FormDialogProps, 'title' | 'description' | 'action' | 'danger' | 'onClose'> & {
  /** Does it, and answers what to say then. */
  act: () => Promise<string>;
  /** What is read again. */
  changes?: QueryKey;
}) {
  const queries = useQueryClient();
  return (
    <FormDialog
      {...dialog}
      open
      submit={async () => {
        toast(await act());
        if (changes) {
          await queries.invalidateQueries({ queryKey: changes });
        }
      }}
    />
  );
}
