import { useSyncExternalStore } from 'react';
import { Problem } from 'sessiond';
import { send } from './upload.ts';

/** Whether the server answers: `lost` since when it does not. */
export type Reach = { lost: undefined } | { lost: number };

/**
 * Sees whether the server answers, by the requests that the console makes anyway: what fails before there is an answer,
 * or is answered by something that stands in the server's place, means that it is gone.
 */
export class Reachability {
  private state: Reach = { lost: undefined };
  private readonly listeners = new Set<() => void>();

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  get = (): Reach => this.state;

  /** Passes requests on, and takes note of what becomes of them. */
  fetch: typeof globalThis.fetch = async (input, init) => {
    let response: Response;
    try {
      response = await send(input, init);
    } catch (error) {
      if (!init?.signal?.aborted) {
        this.become(false);
      }
      throw error;
    }
    this.become(response.status < 500 || isOurs(response));
    return response;
  };

  private become(answers: boolean): void {
    if (answers === (this.state.lost === undefined)) {
      return;
    }
    this.state = { lost: answers ? undefined : Date.now() };
    for (const listener of this.listeners) {
      listener();
    }
  }
}

/** A failure that sessiond itself tells is a problem; a proxy's is its own page. */
function isOurs(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
}

/** The server that this page came from. */
export const reachability = new Reachability();

export const useReach = (): Reach => useSyncExternalStore(reachability.subscribe, reachability.get);

/** The error, unless it is that the server cannot be reached: that is said once, above every page. */
export function told(error: unknown): unknown {
  return error instanceof Problem && error.code === 'unreachable' ? undefined : (error ?? undefined);
}

/** As {@link told}, and nothing while the server is away: what a proxy says in its place is no news either. */
export function useTold(error: unknown): unknown {
  const { lost } = useReach();
  return lost === undefined ? told(error) : undefined;
}
