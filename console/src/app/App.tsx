import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { Problem } from 'sessiond';
import { ConnectionContext, connect, forgetKey, storedKey, storeKey, wantsKey } from '../data/connection.ts';
import { forgetDrafts } from '../facets/context/drafts.ts';
import { Toasts } from '../ui/Toast.tsx';
import { KeyPrompt } from './KeyPrompt.tsx';
import { router } from './router.tsx';

/** The whole console: its connection to the server, and the pages. */
export function App() {
  const [key, setKey] = useState(storedKey);
  const [asked, setAsked] = useState<Problem>();
  const queries = useMemo(() => queryClient(setAsked), []);
  const connection = useMemo(
    () => ({
      client: connect(key),
      keyed: key !== undefined,
      refused: setAsked,
      forget: () => {
        forgetKey();
        forgetDrafts();
        queries.clear();
        setKey(undefined);
      },
    }),
    [key, queries],
  );
  if (asked) {
    return (
      <KeyPrompt
        problem={asked}
        onKey={(next, keep) => {
          storeKey(next, keep);
          queries.clear();
          setKey(next);
          setAsked(undefined);
        }}
      />
    );
  }
  return (
    <ConnectionContext value={connection}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
        <Toasts />
      </QueryClientProvider>
    </ConnectionContext>
  );
}

function queryClient(onUnauthorized: (problem: Problem) => void): QueryClient {
  const onError = (error: unknown) => {
    if (error instanceof Problem && wantsKey(error)) {
      onUnauthorized(error);
    }
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    // The package tries again by itself where that helps.
    // A server on one's own machine is there without a network.
    defaultOptions: {
      queries: { retry: false, refetchOnWindowFocus: false, networkMode: 'always' },
      mutations: { networkMode: 'always' },
    },
  });
}
