import { useEffect, useRef, useState } from 'react';
import type { Session } from 'sessiond';
import { type Change, type Document, differences } from './document.ts';

/** How long what changed stays marked, in milliseconds. */
const STAYS = 8_000;

/** What changed in the shared context in the last seconds. */
export function useMarks({ shared_context, context_revision }: Session): readonly Change[] {
  const before = useRef({ document: shared_context as Document, revision: context_revision });
  const [marks, setMarks] = useState<readonly Change[]>([]);
  useEffect(() => {
    const { document, revision } = before.current;
    if (revision === context_revision) {
      return;
    }
    before.current = { document: shared_context as Document, revision: context_revision };
    setMarks(differences(document, shared_context as Document));
  }, [shared_context, context_revision]);
  useEffect(() => {
    if (marks.length === 0) {
      return;
    }
    const timer = setTimeout(() => setMarks([]), STAYS);
    return () => clearTimeout(timer);
  }, [marks]);
  return marks;
}
