import type { Key } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';

/** Makes a key worthless, once somebody has said that it is meant. */
export function RevokeKey({ of: { key_id, name }, onClose }: { of: Key; onClose: () => void }) {
  const client = useClient();
  return (
    <ConfirmDialog
      onClose={onClose}
      title="Revoke key"
      description={
        <>
          From now on, the server rejects the key <code>{key_id}</code> of {name}. This cannot be undone; sessions of{' '}
          {name} stay.
        </>
      }
      action="Revoke"
      danger
      act={async () => {
        await client.keys.revoke(key_id);
        return `Key of ${name} revoked`;
      }}
      changes={keys.accessKeys}
    />
  );
}
