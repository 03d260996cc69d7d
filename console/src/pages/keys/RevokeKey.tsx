import { useQueryClient } from '@tanstack/react-query';
import type { Key } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { FormDialog } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/Toast.tsx';

/** Makes a key worthless, once somebody has said that it is meant. */
export function RevokeKey({ of, onClose }: { of: Key | undefined; onClose: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  return (
    <FormDialog
      open={of !== undefined}
      onClose={onClose}
      title="Revoke key"
      description={
        <>
          From now on, the server rejects the key <code>{of?.key_id}</code> of {of?.name}. This cannot be undone;
          sessions of {of?.name} stay.
        </>
      }
      action="Revoke"
      danger
      submit={async () => {
        if (of) {
          await client.keys.revoke(of.key_id);
          toast(`Key of ${of.name} revoked`);
          await queries.invalidateQueries({ queryKey: keys.accessKeys });
        }
      }}
    >
      {null}
    </FormDialog>
  );
}
