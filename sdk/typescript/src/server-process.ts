/** How a server is started. */
export interface ServerOptions {
  /** The program; from `SESSIOND_BIN` when absent, else `sessiond` in the path. */
  binary?: string | undefined;
  /** Address and port to listen on; port 0 takes a free one. */
  listen: string;
  /** The store's directory; one for this run alone, which is removed at the end, when it is null. */
  dataDir: string | null;
  /** The administrator's key. */
  key: string | undefined;
}

/** A server that this program started. */
export interface ServerProcess {
  /** Its address. */
  readonly url: string;
  /** Ends it well, and waits until it has ended. */
  stop(): Promise<void>;
}
