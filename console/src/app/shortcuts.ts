/** The keys that do something on every page, or on the page that is named; `?` shows them. */
export const SHORTCUTS: readonly { place: string; keys: readonly (readonly [keys: string, words: string])[] }[] = [
  {
    place: 'Everywhere',
    keys: [
      ['g s', 'Sessions'],
      ['g a', 'Agents'],
      ['g k', 'Keys'],
      ['g h', 'Server'],
      ['?', 'These keys'],
      ['Esc', 'Close what is open'],
    ],
  },
  {
    place: 'Sessions',
    keys: [
      ['/', 'Search'],
      ['j ↓', 'Next session'],
      ['k ↑', 'Session before'],
      ['Enter', 'Open the session'],
      ['n', 'New session'],
    ],
  },
  { place: 'Agents', keys: [['/', 'Search']] },
  {
    place: 'Calls',
    keys: [
      ['/', 'Search'],
      ['e', 'Next error'],
      ['E', 'Error before'],
      ['← →', 'Close and open in the tree; along the time line'],
      ['+ - 0', 'Into the time line, out, and all of it'],
    ],
  },
];
