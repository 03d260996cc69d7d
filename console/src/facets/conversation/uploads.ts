import { useMemo, useSyncExternalStore } from 'react';
import { type Client, Problem, type File as SessionFile } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { watch } from '../../data/upload.ts';

/** How many files are sent at a time. */
const AT_ONCE = 2;

/** How many files a message may name. */
const NAMED = 64;

/** A file that a person has chosen, and what became of it. */
export interface Upload {
  id: number;
  name: string;
  state: UploadState;
}

export type UploadState =
  /** Sent as far as `part` says, from 0 to 1. */
  | { is: 'uploading'; part: number }
  /** The server reads its text. */
  | { is: 'reading' }
  | { is: 'ready'; file: SessionFile }
  /** Nothing of it was kept. */
  | { is: 'refused'; reason: string; again: boolean };

/** The files that a person adds to a session. They are sent also while another page of the console is shown. */
export class Uploads {
  private uploads: readonly Upload[] = [];
  private readonly contents = new Map<number, File>();
  private readonly waiting: number[] = [];
  private sending = 0;
  private count = 0;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly client: Pick<Client, 'files'>,
    private readonly sessionId: string,
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  get = (): readonly Upload[] => this.uploads;

  /** Sends files. */
  add(files: Iterable<File>): void {
    for (const file of files) {
      this.count += 1;
      const id = this.count;
      this.contents.set(id, file);
      this.become([...this.uploads, { id, name: file.name, state: { is: 'uploading', part: 0 } }]);
      this.waiting.push(id);
    }
    this.next();
  }

  /** Shows that something which was chosen is no file. */
  refuse(name: string, reason: string): void {
    this.count += 1;
    this.become([...this.uploads, { id: this.count, name, state: { is: 'refused', reason, again: false } }]);
  }

  /** Names files of the session in the next message. */
  name(files: readonly SessionFile[]): void {
    const isNamed = (file: SessionFile) =>
      this.uploads.some(({ state }) => state.is === 'ready' && state.file.file_id === file.file_id);
    for (const file of files.filter((file) => !isNamed(file))) {
      this.count += 1;
      this.become([...this.uploads, { id: this.count, name: file.name, state: { is: 'ready', file } }]);
    }
  }

  /** Sends a file again that was refused. */
  again(id: number): void {
    this.set(id, { is: 'uploading', part: 0 });
    this.waiting.push(id);
    this.next();
  }

  /** Shows it no more; a file that was added stays one of the session's. */
  dismiss(id: number): void {
    this.contents.delete(id);
    this.become(this.uploads.filter((upload) => upload.id !== id));
  }

  /** Takes the files that are ready, for a message that is about them. */
  take(): readonly Upload[] {
    const ready = this.uploads.filter(({ state }) => state.is === 'ready');
    this.become(this.uploads.filter(({ state }) => state.is !== 'ready'));
    return ready;
  }

  /** Puts back files of a message that was not accepted. */
  putBack(taken: readonly Upload[]): void {
    this.become([...taken, ...this.uploads]);
  }

  /** Shows files no more that were removed. */
  forget(fileIds: readonly string[]): void {
    const isGone = ({ state }: Upload) => state.is === 'ready' && fileIds.includes(state.file.file_id);
    if (this.uploads.some(isGone)) {
      this.become(this.uploads.filter((upload) => !isGone(upload)));
    }
  }

  private next(): void {
    while (this.sending < AT_ONCE) {
      const id = this.waiting.shift();
      if (id === undefined) {
        return;
      }
      const file = this.contents.get(id);
      if (file) {
        this.sending += 1;
        void this.send(id, file).finally(() => {
          this.sending -= 1;
          this.next();
        });
      }
    }
  }

  private async send(id: number, file: File): Promise<void> {
    const form = new FormData();
    form.append('file', file);
    watch(form, (part) => this.set(id, part < 1 ? { is: 'uploading', part } : { is: 'reading' }));
    try {
      const { files } = await this.client.files.add(this.sessionId, form);
      const [added] = files;
      if (added?.file) {
        this.contents.delete(id);
        const { file_id } = added.file;
        // A file with the same name took the place of the one before.
        this.forget([file_id, ...(added.replaced ? [added.replaced] : [])]);
        this.set(id, { is: 'ready', file: added.file });
      } else {
        this.set(id, { is: 'refused', reason: added?.problem?.detail ?? 'The server did not add it.', again: false });
      }
    } catch (error) {
      const reason = error instanceof Problem ? error.detail : String(error);
      this.set(id, { is: 'refused', reason, again: error instanceof Problem && error.retryable });
    }
  }

  private set(id: number, state: UploadState): void {
    this.become(this.uploads.map((upload) => (upload.id === id ? { ...upload, state } : upload)));
  }

  private become(uploads: readonly Upload[]): void {
    this.uploads = uploads;
    for (const listener of this.listeners) {
      listener();
    }
  }
}

/** Whether an upload has not ended. */
export const isOpen = ({ state }: Upload): boolean => state.is === 'uploading' || state.is === 'reading';

/** The files that a message names; with more than it may name, the assistant chooses. */
export function namedBy(taken: readonly Upload[]): string[] {
  const ids = taken.flatMap(({ state }) => (state.is === 'ready' ? [state.file.file_id] : []));
  return ids.length > NAMED ? [] : ids;
}

const known = new WeakMap<Client, Map<string, Uploads>>();

/** The uploads of a session: the same ones as long as the page is not loaded again. */
export function useUploads(sessionId: string): { uploads: Uploads; shown: readonly Upload[] } {
  const client = useClient();
  const uploads = useMemo(() => {
    const ofClient = known.get(client) ?? new Map<string, Uploads>();
    known.set(client, ofClient);
    const found = ofClient.get(sessionId) ?? new Uploads(client, sessionId);
    ofClient.set(sessionId, found);
    return found;
  }, [client, sessionId]);
  return { uploads, shown: useSyncExternalStore(uploads.subscribe, uploads.get) };
}
