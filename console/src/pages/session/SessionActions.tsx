import {
  Braces,
  CircleCheck,
  CircleStop,
  Download,
  Ellipsis,
  GitFork,
  Pencil,
  RotateCcw,
  StepForward,
  Trash2,
} from 'lucide-react';
import { useState } from 'react';
import type { Session } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { download } from '../../data/download.ts';
import { Button } from '../../ui/Button.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/Menu.tsx';
import { asProblem } from '../../ui/Problem.tsx';
import { toast } from '../../ui/Toast.tsx';
import {
  AdvanceDialog,
  CompleteDialog,
  DeleteDialog,
  type DialogOf,
  ExportFailed,
  ForkDialog,
  RawDialog,
  RenameDialog,
  RetryDialog,
  TerminateDialog,
} from './dialogs.tsx';

const DIALOGS = {
  advance: AdvanceDialog,
  complete: CompleteDialog,
  terminate: TerminateDialog,
  fork: ForkDialog,
  rename: RenameDialog,
  retry: RetryDialog,
  delete: DeleteDialog,
  raw: RawDialog,
} satisfies Record<string, DialogOf>;

/** What can be done with a session, and why what cannot. */
export function SessionActions({ session }: { session: Session }) {
  const client = useClient();
  const [open, setOpen] = useState<keyof typeof DIALOGS>();
  const [failure, setFailure] = useState<unknown>();
  const ended = session.status === 'active' ? undefined : `The session is ${session.status}.`;
  const still = (session.workflow?.steps.length ?? 0) === 0 ? 'It has no plan.' : 'No step is active.';
  const stuck = ended ?? ((session.workflow?.active_steps.length ?? 0) === 0 ? still : undefined);
  const Dialog = open && DIALOGS[open];

  const exportJournal = async () => {
    try {
      const lines = await client.sessions.export(session.session_id);
      download(`${session.session_id}.jsonl`, lines, 'application/jsonl');
      toast(`Journal exported: ${session.session_id}.jsonl`);
    } catch (error) {
      setFailure(asProblem(error));
    }
  };
  return (
    <>
      <Menu trigger={<Button icon={<Ellipsis />}>Actions</Button>}>
        <MenuItem icon={<StepForward />} why={stuck} onSelect={() => setOpen('advance')}>
          Advance plan…
        </MenuItem>
        {session.status === 'failed' && (
          <MenuItem icon={<RotateCcw />} onSelect={() => setOpen('retry')}>
            Retry what failed…
          </MenuItem>
        )}
        <MenuItem icon={<CircleCheck />} why={ended} onSelect={() => setOpen('complete')}>
          Complete…
        </MenuItem>
        <MenuItem icon={<CircleStop />} why={ended} danger onSelect={() => setOpen('terminate')}>
          Terminate…
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<GitFork />} onSelect={() => setOpen('fork')}>
          Fork…
        </MenuItem>
        <MenuItem icon={<Download />} onSelect={() => void exportJournal()}>
          Export as JSON Lines
        </MenuItem>
        <MenuItem icon={<Braces />} onSelect={() => setOpen('raw')}>
          Show as JSON
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<Pencil />} why={ended} onSelect={() => setOpen('rename')}>
          Rename…
        </MenuItem>
        <MenuItem icon={<Trash2 />} danger onSelect={() => setOpen('delete')}>
          Delete…
        </MenuItem>
      </Menu>
      {Dialog && <Dialog session={session} onClose={() => setOpen(undefined)} />}
      {failure !== undefined && <ExportFailed error={failure} onClose={() => setFailure(undefined)} />}
    </>
  );
}
