import type { CallEntry } from 'sessiond';
import { counted } from '../../ui/numbers.ts';
import type { EventWords } from '../facet.ts';

/** How the events of an execution read. */
export const words = {
  execution_began: ({ writer, process, keep, take_over }) => {
    const resumes = take_over ? 'takes the execution over' : 'resumes the execution';
    const again = writer > 1 ? `process ${process} ${resumes}` : `process ${process} begins`;
    return keep === undefined || keep === null ? again : `${again} after call ${keep}`;
  },
  execution_interrupted: ({ writer, expired }) =>
    expired ? `writer ${writer} sends no more: the execution is interrupted` : `writer ${writer} leaves the execution`,
  execution_continued: ({ writer }) => `writer ${writer} continues the execution`,
  calls_recorded: ({ calls }) => recorded(calls),
} satisfies EventWords;

/** A batch in a line: what began and ended; by name when it is one call. */
function recorded(calls: CallEntry[]): string {
  const began = calls.filter(({ node }) => typeof node === 'string');
  const ended = calls.filter(({ status }) => typeof status === 'string');
  const [first] = calls;
  if (calls.length === 1 && first) {
    const name = typeof first.node === 'string' ? `${first.node}, call ${first.call},` : `call ${first.call}`;
    const what = [typeof first.node === 'string' && 'began', first.status && `ended: ${first.status}`];
    return `${name} ${what.filter(Boolean).join(' and ')}`;
  }
  const wrong = ended.filter(({ status }) => status !== 'completed').length;
  const parts = [
    began.length > 0 && `${counted(began.length, 'call')} began`,
    ended.length > 0 && `${counted(ended.length, 'call')} ended`,
  ];
  return parts.filter(Boolean).join(', ') + (wrong > 0 ? `, ${wrong} failed` : '');
}
