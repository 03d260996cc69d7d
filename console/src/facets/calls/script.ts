import type { CallEntry, JournalEvent } from 'sessiond';
import { CallTable } from './table.ts';

/** For tests: a journal, written down event by event. */
export class Script {
  readonly table = new CallTable();
  private seq = 0;
  private writer = 0;

  event(type: string, data: Record<string, unknown> = {}): this {
    this.seq += 1;
    this.table.take({ seq: this.seq, time: '2026-01-01T00:00:00.000Z', type, actor: 'a', data } as JournalEvent);
    return this;
  }

  process(process: string, keep?: number): this {
    this.writer += 1;
    return this.event('execution_began', { writer: this.writer, process, ...(keep !== undefined && { keep }) });
  }

  calls(...calls: CallEntry[]): this {
    return this.event('calls_recorded', { writer: this.writer, batch: 1, calls });
  }
}

export const began = (
  call: number,
  parent: number | undefined,
  at: number,
  more: Partial<CallEntry> = {},
): CallEntry => ({
  call,
  node: `n${call}`,
  position: 0,
  key: 'ab',
  began_us: at,
  ...(parent !== undefined && { parent }),
  ...more,
});

export const ended = (call: number, at: number, more: Partial<CallEntry> = {}): CallEntry => ({
  call,
  status: 'completed',
  ended_us: at,
  ...more,
});
