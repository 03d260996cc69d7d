import type { TurnItem } from 'sessiond';

/** As much of an answer as has come, with the number of its UTF-8 bytes: the stream says where a text continues in bytes. */
export interface Answer {
  text: string;
  textBytes: number;
  reasoning: string;
  reasoningBytes: number;
}

export const EMPTY: Answer = { text: '', textBytes: 0, reasoning: '', reasoningBytes: 0 };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The answer after one more item of the stream. */
export function merge(answer: Answer, item: TurnItem): Answer {
  if (item.type === 'text') {
    const [text, textBytes] = splice(answer.text, answer.textBytes, item);
    return { ...answer, text, textBytes };
  }
  if (item.type === 'reasoning') {
    const [reasoning, reasoningBytes] = splice(answer.reasoning, answer.reasoningBytes, item);
    return { ...answer, reasoning, reasoningBytes };
  }
  return answer;
}

/** A text that continues at a byte of it: what was there after that byte is void. */
function splice(before: string, bytes: number, { offset, text }: { offset: number; text: string }): [string, number] {
  const more = encoder.encode(text).length;
  if (offset >= bytes) {
    return [before + text, bytes + more];
  }
  const kept = offset === 0 ? '' : decoder.decode(encoder.encode(before).subarray(0, offset));
  return [kept + text, offset + more];
}
