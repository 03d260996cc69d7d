import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useEffect } from 'react';
import type { Client, FileList, Session, File as SessionFile } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { download } from '../../data/download.ts';
import type { Feed } from '../../data/feed.ts';
import { toast } from '../../ui/Toast.tsx';

const keyOf = (sessionId: string) => ['files', sessionId] as const;

/** Events after which the list of files is another one. */
const CHANGES = new Set(['file_added', 'files_removed', 'conversation_cleared']);

/** The files of a session, as the server has them: the list is read again when an event or the session's figures say so. */
export function useFiles(session: Session, feed: Feed, onRemoved: (ids: readonly string[]) => void) {
  const client = useClient();
  const queries = useQueryClient();
  const id = session.session_id;
  const query = useQuery<FileList>({
    queryKey: keyOf(id),
    queryFn: ({ signal }) => client.files.list(id, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(
    () =>
      feed.onEvent((event) => {
        if (event.type === 'files_removed') {
          onRemoved(event.data.file_ids);
        }
        if (CHANGES.has(event.type)) {
          void queries.invalidateQueries({ queryKey: keyOf(id) });
        }
      }),
    [feed, queries, id, onRemoved],
  );
  const { count = 0, bytes = 0 } = session.files ?? {};
  const { data } = query;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another figure of the session is a reason to read.
  useEffect(() => {
    if (data && (data.files.length !== count || data.bytes !== bytes)) {
      void queries.invalidateQueries({ queryKey: keyOf(id) });
    }
  }, [count, bytes]);
  return query;
}

/** The session's files by their ids; undefined until they are read. */
export const FilesContext = createContext<ReadonlyMap<string, SessionFile> | undefined>(undefined);

/** Has the browser keep a file as it was uploaded. */
export async function keepFile(client: Client, { session_id, file_id, name, media_type }: SessionFile): Promise<void> {
  try {
    download(name, await client.files.content(session_id, file_id), media_type);
  } catch (problem) {
    toast(problem instanceof Error ? problem.message : String(problem), 'bad');
  }
}

const OFFICE = 'application/vnd.openxmlformats-officedocument.';
const OPEN = 'application/vnd.oasis.opendocument.';

const KINDS: Record<string, string> = {
  'application/pdf': 'PDF',
  [`${OFFICE}wordprocessingml.document`]: 'Word document',
  [`${OFFICE}presentationml.presentation`]: 'PowerPoint presentation',
  [`${OFFICE}spreadsheetml.sheet`]: 'Excel workbook',
  'application/msword': 'Word document',
  'application/vnd.ms-powerpoint': 'PowerPoint presentation',
  'application/vnd.ms-excel': 'Excel workbook',
  [`${OPEN}text`]: 'OpenDocument text',
  [`${OPEN}presentation`]: 'OpenDocument presentation',
  [`${OPEN}spreadsheet`]: 'OpenDocument spreadsheet',
  'text/html': 'HTML',
  'text/csv': 'CSV',
  'text/markdown': 'Markdown',
  'text/plain': 'Text',
};

/** What a file is, in the words of a person; its media type where there are none. */
export const kindOf = (mediaType: string): string => KINDS[mediaType.split(';', 1)[0]?.trim() ?? ''] ?? mediaType;
