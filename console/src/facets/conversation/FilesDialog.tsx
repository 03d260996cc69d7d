import { Download, Paperclip, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { FileList, File as SessionFile } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { bytes, counted } from '../../ui/numbers.ts';
import { ProblemView } from '../../ui/Problem.tsx';
import css from './FilesDialog.module.css';
import { keepFile, kindOf } from './files.ts';

/** The files of a session, which can be downloaded and removed. */
export function FilesDialog({
  list,
  error,
  active,
  onAdd,
  onClose,
}: {
  list: FileList | undefined;
  error: unknown;
  /** Whether the session accepts changes. */
  active: boolean;
  onAdd: () => void;
  onClose: () => void;
}) {
  const client = useClient();
  const [removing, setRemoving] = useState<SessionFile>();
  const files = list?.files ?? [];
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Files"
      description={
        list
          ? `${counted(files.length, 'file')}, ${bytes(list.bytes)} of ${bytes(list.bytes_limit)}. The assistant answers from them.`
          : 'The assistant answers from them.'
      }
    >
      {error ? <ProblemView error={error} /> : null}
      {list && files.length === 0 && <p className={css.empty}>The session has no files.</p>}
      {files.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <ul className={css.files} aria-label="Files" tabIndex={0}>
          {files.map((file) => (
            <li key={file.file_id} className={css.file} data-file={file.name}>
              <div className={css.about}>
                <span className={css.name}>{file.name}</span>
                <span className={css.facts}>
                  {[kindOf(file.media_type), bytes(file.bytes), counted(file.passages, 'passage')].join(' · ')}
                </span>
                {file.notes?.map((note) => (
                  <span key={note} className={css.note}>
                    {note}
                  </span>
                ))}
              </div>
              <IconButton
                label={`Download ${file.name}`}
                icon={<Download />}
                onClick={() => void keepFile(client, file)}
              />
              {active && (
                <IconButton label={`Remove ${file.name}`} icon={<Trash2 />} onClick={() => setRemoving(file)} />
              )}
            </li>
          ))}
        </ul>
      )}
      {active && (
        <footer className={css.foot}>
          <Button icon={<Paperclip />} onClick={onAdd}>
            Add files
          </Button>
        </footer>
      )}
      {removing && (
        <ConfirmDialog
          danger
          onClose={() => setRemoving(undefined)}
          title={`Remove ${removing.name}`}
          description="Removes the file, its text, and its name in the record. Quotes of it in answers stay. This cannot be undone."
          action="Remove"
          act={async () => {
            await client.files.delete(removing.session_id, removing.file_id);
            return `File removed: ${removing.name}`;
          }}
        />
      )}
    </Dialog>
  );
}
