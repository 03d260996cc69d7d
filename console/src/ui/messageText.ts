import type { MessageInfo } from 'sessiond';
import { preview, sayingOf } from './preview.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a message says, in a line. */
export function messageText(
  { message_type, payload }: Pick<MessageInfo['message'], 'message_type' | 'payload'>,
  room = 160,
): string {
  if (!isObject(payload)) {
    return preview(payload, room);
  }
  const { task_type, context, result, error, progress, task_id, ...rest } = payload;
  switch (message_type) {
    case 'task_request': {
      const about = sayingOf(context ?? payload.payload ?? rest, room);
      return preview([String(task_type ?? 'task'), about].filter(Boolean).join(': '), room);
    }
    case 'task_response':
      return result === undefined ? sayingOf(rest, room) : sayingOf(result, room);
    case 'error':
      return error === undefined ? sayingOf(rest, room) : sayingOf(error, room);
    default:
      return sayingOf(progress === undefined ? rest : progress, room);
  }
}
