import type { Session, Turn } from 'sessiond';
import { stateOf } from '../../ui/states.ts';

/** What was said along a branch, as a Markdown document. */
export function exported(session: Session, path: readonly Turn[]): string {
  const parts = [`# ${session.name ?? session.session_id}`];
  for (const { text, answer, status, reason, queued_at, usage, citations = [] } of path) {
    parts.push(
      `## You\n\n<sub>${queued_at}</sub>`,
      text.trim(),
      `## Assistant${usage?.model ? ` (${usage.model})` : ''}`,
    );
    if (answer.trim() !== '') {
      parts.push(answer.trim());
    }
    if (citations.length > 0) {
      parts.push(
        citations.map(({ number, name, place }) => `- [${number}] ${name}${place ? `, ${place}` : ''}`).join('\n'),
      );
    }
    if (status !== 'completed') {
      parts.push(`*${stateOf('turn', status).word}${reason ? `: ${reason}` : ''}*`);
    }
  }
  return `${parts.join('\n\n')}\n`;
}
