import type { ServerOptions, ServerProcess } from '../server-process.js';

export function startServer(_options: ServerOptions): Promise<ServerProcess> {
  return Promise.reject(new Error('a web page cannot start a server: run `sessiond serve` and attach to it'));
}

/** A page has no environment. */
export function environmentKey(): string | undefined {
  return undefined;
}
