import type { Schedule } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';

/** Deletes a schedule, once somebody has said that it is meant. */
export function DeleteSchedule({ of: { schedule_id: id }, onClose }: { of: Schedule; onClose: () => void }) {
  const client = useClient();
  return (
    <ConfirmDialog
      onClose={onClose}
      title="Delete schedule"
      description={
        <>
          <code>{id}</code> creates no more sessions. This cannot be undone; its sessions stay.
        </>
      }
      action="Delete"
      danger
      act={async () => {
        await client.schedules.delete(id);
        return `${id} deleted`;
      }}
      changes={keys.schedules}
    />
  );
}
