import { createContext, useContext, useMemo } from 'react';
import type { JournalEvent } from 'sessiond';
import type { Facet, Known } from './facet.ts';

/** How events read, whichever facet they belong to. */
export interface Words {
  /** An event in a line; its type when no facet knows it. The more is known, the more the line says. */
  of: (event: JournalEvent, known?: Known) => string;
  /** The facet that an event's type belongs to; none when no facet knows it. */
  facetOf: (type: string) => Facet | undefined;
  /** Every type of event that a facet knows, in the order of the facets. */
  types: readonly string[];
}

/** The words of these facets. */
export function wordsOf(facets: readonly Facet[]): Words {
  const facetOf = (type: string) => facets.find(({ words }) => type in words);
  return {
    of: (event, known = {}) => {
      // A type has the words for its own data; the compiler cannot follow that through a look-up.
      const words = facetOf(event.type)?.words as Record<string, (data: unknown, known: Known) => string> | undefined;
      return words?.[event.type]?.(event.data, known) ?? event.type.replaceAll('_', ' ');
    },
    facetOf,
    types: facets.flatMap(({ words }) => Object.keys(words)),
  };
}

/** What is known beside the events: the page of a session knows its tasks. */
export const KnownContext = createContext<Known>({});

/** Panels get the words from the page that shows them: a panel that imported the facets would import itself. */
export const WordsContext = createContext<Words>(wordsOf([]));

export function useWords(): Words {
  const words = useContext(WordsContext);
  const known = useContext(KnownContext);
  return useMemo(() => ({ ...words, of: (event, more) => words.of(event, more ?? known) }), [words, known]);
}
