import { stateOf } from '../../ui/states.ts';
import type { EventWords } from '../facet.ts';

/** How the events of conversations read. */
export const words = {
  assistant_set: () => 'the assistant was set',
  turn_queued: () => 'a message was accepted',
  turn_began: () => 'a turn began',
  turn_progressed: () => 'more of an answer is known',
  tool_called: ({ name }) => `the model calls ${name}`,
  tool_answered: ({ status }) => (status === 'failed' ? 'a tool failed' : 'a tool gave a result'),
  turn_ended: ({ status }) => `a turn ended: ${stateOf('turn', status).word}`,
  head_moved: ({ turn_id }) => (turn_id ? 'another turn is the head' : 'the conversation begins again'),
  conversation_compacted: ({ text }) =>
    text == null ? 'earlier turns were left out' : 'earlier turns were summarised',
  conversation_cleared: () => 'the conversation was cleared',
  file_added: ({ name }) => (name ? `a file was added: ${name}` : 'a file was added'),
  files_removed: ({ file_ids }) =>
    file_ids.length === 1 ? 'a file was removed' : `${file_ids.length} files were removed`,
} satisfies EventWords;
