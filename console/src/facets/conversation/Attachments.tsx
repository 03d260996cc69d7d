import { CircleAlert, FileText, RotateCcw, X } from 'lucide-react';
import { IconButton } from '../../ui/Button.tsx';
import { sentence } from '../../ui/fieldErrors.ts';
import { counted, percent } from '../../ui/numbers.ts';
import css from './Attachments.module.css';
import { isOpen, type Upload, type Uploads } from './uploads.ts';

/** The files that were chosen: what became of each, and which ones the next message is about. */
export function Attachments({ uploads, shown }: { uploads: Uploads; shown: readonly Upload[] }) {
  const open = shown.filter(isOpen).length;
  const last = shown.at(-1);
  return (
    <>
      <p className="hidden" role="status" data-uploads="">
        {open > 0 ? `${counted(open, 'file')} on the way` : last && `${last.name}: ${stateText(last)}`}
      </p>
      {shown.length > 0 && (
        <ul className={css.attachments} aria-label="Files of the next message">
          {shown.map((upload) => (
            <li key={upload.id} className={css.attachment} data-upload={upload.state.is}>
              {upload.state.is === 'refused' ? (
                <CircleAlert size={15} aria-hidden="true" />
              ) : (
                <FileText size={15} aria-hidden="true" />
              )}
              <span className={css.name} title={upload.name}>
                {upload.name}
              </span>
              <span className={css.state}>{stateText(upload)}</span>
              {upload.state.is === 'refused' && upload.state.again && (
                <IconButton
                  label={`Try again: ${upload.name}`}
                  icon={<RotateCcw />}
                  onClick={() => uploads.again(upload.id)}
                />
              )}
              {!isOpen(upload) && (
                <IconButton
                  label={`Dismiss: ${upload.name}`}
                  title={upload.state.is === 'ready' ? 'The next message is not about it; the file stays' : 'Dismiss'}
                  icon={<X />}
                  onClick={() => uploads.dismiss(upload.id)}
                />
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function stateText({ state }: Upload): string {
  switch (state.is) {
    case 'uploading':
      return state.part > 0 ? `uploading, ${percent(state.part)}` : 'uploading';
    case 'reading':
      return 'reading';
    case 'ready':
      return 'ready';
    default:
      return sentence(state.reason);
  }
}
