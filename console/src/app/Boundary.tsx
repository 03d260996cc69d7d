import { useQuery } from '@tanstack/react-query';
import { Component, type ReactNode, Suspense, useEffect, useRef } from 'react';
import { useClient } from '../data/connection.ts';
import { useReach } from '../data/reach.ts';
import { Button } from '../ui/Button.tsx';
import { Empty } from '../ui/Empty.tsx';
import { ProblemView } from '../ui/Problem.tsx';
import { entryOf, isLoadError } from './parts.ts';

/**
 * A part of a page whose code is loaded when it is opened. A part that fails takes nothing else of the page with it; for
 * another `of`, it is tried again.
 */
export function Part({ of, waiting, children }: { of: string; waiting?: ReactNode; children: ReactNode }) {
  return (
    <Catch key={of}>
      <Suspense fallback={waiting ?? <p role="status">Loading…</p>}>{children}</Suspense>
    </Catch>
  );
}

class Catch extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error === undefined ? (
      this.props.children
    ) : (
      <Failed error={error} reset={() => this.setState({ error: undefined })} />
    );
  }
}

/** What is in the place of a part that failed. */
export function Failed({ error, reset }: { error: unknown; reset: () => void }) {
  return isLoadError(error) ? <NotLoaded /> : <ProblemView error={error} retry={reset} />;
}

/**
 * A part whose code could not be loaded. Browsers remember that a file failed, so only loading the page again helps:
 * once the server is back it is done without asking, because nothing of this part is on the screen. Where the server has
 * another version of the console, the person decides when.
 */
function NotLoaded() {
  const client = useClient();
  const { lost } = useReach();
  const { data: entry } = useQuery({
    queryKey: ['console', 'entry', lost === undefined],
    queryFn: async ({ signal }) => {
      // Also tells whether the server is there at all.
      await client.server.health({ signal });
      const page = await fetch(import.meta.env.BASE_URL, { signal, cache: 'no-store' });
      return entryOf(new DOMParser().parseFromString(await page.text(), 'text/html'));
    },
    staleTime: 0,
  });
  const another = entry !== undefined && entry !== entryOf(document);
  const wasLost = useRef(false);
  useEffect(() => {
    if (lost !== undefined) {
      wasLost.current = true;
    } else if (wasLost.current && entry !== undefined) {
      location.reload();
    }
  }, [lost, entry]);
  if (lost !== undefined) {
    return (
      <Empty title="Not loaded yet">The server does not answer. This part is loaded when the server is back.</Empty>
    );
  }
  return (
    <Empty
      title={another ? 'The console has a new version' : 'This part could not be loaded'}
      action={
        <Button look="primary" onClick={() => location.reload()}>
          Reload
        </Button>
      }
    >
      {another
        ? 'The server was upgraded while this page was open. Reload the page to use the new console.'
        : 'Reload the page to try again. Text in open dialogs is kept.'}
    </Empty>
  );
}
