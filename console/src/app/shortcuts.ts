/** The keys that do something on every page, or on the page that is named; `?` shows them. */
export const SHORTCUTS: readonly { place: string; keys: readonly (readonly [keys: string, words: string])[] }[] = [
  {
    place: 'Everywhere',
    keys: [
      ['Ctrl K', 'Search and commands'],
      ['g s', 'Sessions'],
      ['g n', 'Needs attention'],
      ['g a', 'Agents'],
      ['g c', 'Schedules'],
      ['g k', 'Keys'],
      ['g h', 'Server'],
      ['?', 'Show these shortcuts'],
      ['Esc', 'Close the dialog or panel'],
    ],
  },
  {
    place: 'Sessions',
    keys: [
      ['/', 'Search'],
      ['j ↓', 'Next session'],
      ['k ↑', 'Previous session'],
      ['Enter', 'Open the session'],
      ['x', 'Select the session'],
      ['n', 'New session'],
    ],
  },
  { place: 'Agents', keys: [['/', 'Search']] },
  { place: 'Schedules', keys: [['n', 'New schedule']] },
  {
    place: 'Chat',
    keys: [
      ['i', 'Write a message'],
      ['Enter', 'Send the message'],
      ['Shift Enter', 'Begin a new line'],
      ['↑', 'Edit the last question, where nothing is written'],
      ['/', 'Find in the conversation'],
    ],
  },
  {
    place: 'Calls',
    keys: [
      ['/', 'Search'],
      ['e', 'Next error'],
      ['E', 'Previous error'],
      ['← →', 'Collapse and expand in the tree; scroll the timeline'],
      ['+ - 0', 'Zoom in, zoom out, show the whole timeline'],
    ],
  },
];
