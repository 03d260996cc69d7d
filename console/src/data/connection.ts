import { createContext, useContext } from 'react';
import { Client, type Problem } from 'sessiond';
import { curl } from './curl.ts';
import type { Gate } from './gate.ts';
import { reachability } from './reach.ts';

/** Where the key of this browser stands: for the tab alone, or kept when the person said so. */
const KEY = 'sessiond.key';

export function storedKey(): string | undefined {
  return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? undefined;
}

export function storeKey(key: string, keep: boolean): void {
  forgetKey();
  (keep ? localStorage : sessionStorage).setItem(KEY, key);
}

export function forgetKey(): void {
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
}

/** The server that this page came from; with a gate, requests stop when the key is rejected. */
export function connect(key: string | undefined, gate?: Gate): Client {
  return new Client({
    key,
    exactIntegers: true,
    fetch: curl.through(gate ? gate.through(reachability.fetch) : reachability.fetch),
  });
}

/** Who is at the console, and with what they reach the server. */
export interface Connection {
  client: Client;
  /** Ends the use of this key: the page asks for one, and nothing of this person stays in it. */
  signOut: () => void;
  /** Uses this key from now on; `keep` keeps it in this browser, otherwise in this tab. */
  adopt: (key: string, keep: boolean) => void;
  /** Whether a key is in use. */
  keyed: boolean;
}

export const ConnectionContext = createContext<Connection | undefined>(undefined);

export function useConnection(): Connection {
  const connection = useContext(ConnectionContext);
  if (!connection) {
    throw new Error('no connection above this component');
  }
  return connection;
}

export const useClient = (): Client => useConnection().client;

/** Whether a key is asked for: none was sent, or the one that was is not known. */
export const wantsKey = (problem: Problem): boolean => problem.status === 401;
