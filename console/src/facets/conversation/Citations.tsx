import { Download } from 'lucide-react';
import { createContext, Fragment, type ReactNode, use, useContext } from 'react';
import type { Citation, Source } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { counted } from '../../ui/numbers.ts';
import css from './Citations.module.css';
import { FilesContext, keepFile } from './files.ts';
import { marksIn } from './marks.ts';

/** The citations of an answer by their numbers, and how one is opened. */
export const CitationsContext = createContext<
  { of: ReadonlyMap<number, Citation>; open: (citation: Citation) => void } | undefined
>(undefined);

/** A text of an answer: a number that is a citation is a button, and every other one is text. */
export function Cited({ text }: { text: string }) {
  const citations = useContext(CitationsContext);
  if (!citations || citations.of.size === 0) {
    return text;
  }
  return marksIn(text, (number) => citations.of.has(number)).map((part, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a text that changes is read again.
    <Fragment key={place}>{typeof part === 'string' ? part : <Mark number={part} {...citations} />}</Fragment>
  ));
}

function Mark({
  number,
  of,
  open,
}: {
  number: number;
  of: ReadonlyMap<number, Citation>;
  open: (citation: Citation) => void;
}): ReactNode {
  const citation = of.get(number);
  return (
    citation && (
      <button
        type="button"
        className={css.mark}
        data-citation={number}
        aria-label={`Source ${number}: ${named(citation)}`}
        title={named(citation)}
        onClick={() => open(citation)}
      >
        {number}
      </button>
    )
  );
}

const named = ({ name, place }: { name: string; place?: string | null }): string =>
  place ? `${name}, ${place}` : name;

/** A passage that an answer cites. */
export function CitationDialog({ citation, onClose }: { citation: Citation; onClose: () => void }) {
  const client = useClient();
  const files = use(FilesContext);
  const file = files?.get(citation.file_id);
  return (
    <Dialog open onClose={onClose} title={citation.name} description={citation.place ?? 'Passage of the file'}>
      <blockquote
        className={css.quote}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
      >
        {citation.quote}
      </blockquote>
      <footer className={css.foot}>
        {file ? (
          <Button icon={<Download />} onClick={() => void keepFile(client, file)}>
            Download the file
          </Button>
        ) : (
          files && <p role="note">The file was removed. The quote stays with the answer.</p>
        )}
      </footer>
    </Dialog>
  );
}

/** How many files are named below an answer. */
const NAMED = 8;

/** What the model was given for an answer that cites nothing. */
export function Sources({ sources }: { sources: readonly Source[] }) {
  const places = new Map<string, { name: string; places: string[] }>();
  for (const { file_id, name, place } of sources) {
    const known = places.get(file_id) ?? { name, places: [] };
    places.set(file_id, known);
    if (place && !known.places.includes(place)) {
      known.places.push(place);
    }
  }
  const all = [...places.values()];
  const text = all
    .slice(0, NAMED)
    .map(({ name, places }) => (places.length > 0 ? `${name} (${places.join('; ')})` : name))
    .join(', ');
  const more = all.length - NAMED;
  return (
    <p className={css.sources} data-sources={all.length}>
      Sources: {text}
      {more > 0 && ` and ${counted(more, 'other file')}`}
    </p>
  );
}
