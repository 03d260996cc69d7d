import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { Fragment, useMemo, useState } from 'react';
import { ConnectionContext, connect, forgetKey, storedKey, storeKey } from '../data/connection.ts';
import { Gate } from '../data/gate.ts';
import { forgetDrafts } from '../ui/drafts.ts';
import { Toasts } from '../ui/Toast.tsx';
import { KeyPrompt } from './KeyPrompt.tsx';
import { router } from './router.tsx';

/** The use of a key, from when it was entered until another is; without a key, of a server that needs none. */
interface Login {
  key: string | undefined;
}

/** The whole console: its connection to the server, and the pages. */
export function App() {
  const [login, setLogin] = useState<Login>(() => ({ key: storedKey() }));
  const [rejected, setRejected] = useState<Login>();
  // Another number is another person: nothing that the one before saw or typed stays in the page.
  const [person, setPerson] = useState(0);
  const queries = useMemo(queryClient, []);
  const connection = useMemo(() => {
    const gate = new Gate(() => setRejected(login));
    const use = (key: string | undefined) => {
      gate.retire();
      setLogin({ key });
      // After the render in which the pages get the new connection.
      setTimeout(() => {
        queries.removeQueries({ type: 'inactive' });
        void queries.invalidateQueries();
      });
    };
    return {
      client: connect(login.key, gate),
      keyed: login.key !== undefined,
      adopt: (key: string, keep: boolean) => {
        storeKey(key, keep);
        use(key);
      },
      signOut: () => {
        forgetKey();
        forgetDrafts();
        queries.clear();
        setPerson((before) => before + 1);
        use(undefined);
      },
    };
  }, [login, queries]);
  return (
    <ConnectionContext value={connection}>
      <Fragment key={person}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
          <Toasts />
        </QueryClientProvider>
      </Fragment>
      {/* Above the pages, which stay: what is open and typed there is still there when the key is entered. */}
      {rejected === login && (
        <KeyPrompt keyed={login.key !== undefined} onKey={connection.adopt} onWithout={connection.signOut} />
      )}
    </ConnectionContext>
  );
}

const queryClient = (): QueryClient =>
  new QueryClient({
    // The package tries again by itself where that helps.
    // A server on one's own machine is there without a network.
    defaultOptions: {
      queries: { retry: false, refetchOnWindowFocus: false, networkMode: 'always' },
      mutations: { networkMode: 'always' },
    },
  });
