import { useQueryClient } from '@tanstack/react-query';
import type { Schedule } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { FormDialog } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/Toast.tsx';

/** Deletes a schedule, once somebody has said that it is meant. */
export function DeleteSchedule({ of, onClose }: { of: Schedule | undefined; onClose: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  return (
    <FormDialog
      open={of !== undefined}
      onClose={onClose}
      title="Delete schedule"
      description={
        <>
          <code>{of?.schedule_id}</code> creates no more sessions. This cannot be undone; its sessions stay.
        </>
      }
      action="Delete"
      danger
      submit={async () => {
        if (of) {
          await client.schedules.delete(of.schedule_id);
          toast(`${of.schedule_id} deleted`);
          await queries.invalidateQueries({ queryKey: keys.schedules });
        }
      }}
    >
      {null}
    </FormDialog>
  );
}
