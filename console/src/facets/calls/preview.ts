import { preview } from '../../ui/preview.ts';
import { asked } from './conversation.ts';

/** Characters of a call's input in its row. */
const ROOM = 100;

/** What a call was given, in a line that tells it apart from other calls of its node. */
export function inputInLine(input: unknown): string {
  const said = asked(input)?.findLast(({ role, text }) => role === 'user' && text !== '');
  if (said) {
    return preview(said.text, ROOM);
  }
  if (typeof input === 'object' && input !== null && 'args' in input && Array.isArray(input.args)) {
    const kwargs = 'kwargs' in input ? input.kwargs : undefined;
    const parts = [...input.args.map((one) => preview(one, ROOM)), ...(kwargs ? [preview(kwargs, ROOM)] : [])];
    return preview(parts.filter(Boolean).join(', '), ROOM);
  }
  return preview(input, ROOM);
}
