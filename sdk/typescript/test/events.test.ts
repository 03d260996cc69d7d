// The types of events follow from the OpenAPI document: `type` says what `data` holds. Most of it is checked when this
// file compiles.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type {
  BusEvents, CallEntry, CallsRecorded, EventOf, EventType, JournalEvent, SessionEvents, SessionManager, TaskDelegated, UnknownEvent,
} from 'sessiond';
import ts from 'typescript';

type Same<One, Other> = [One, Other] extends [Other, One] ? true : false;
const same = <One, Other>(_: Same<One, Other>) => undefined;

/** What an event says; each branch has the members of its own type. */
function tell(event: JournalEvent): string {
  switch (event.type) {
    case 'session_created':
      return `${event.data.kind} session of ${event.data.owner}`;
    case 'task_delegated':
      same<typeof event, EventOf<'task_delegated'>>(true);
      return `${event.data.delegatee} is asked for ${event.data.task_type}`;
    case 'calls_recorded': {
      const calls: CallEntry[] = event.data.calls;
      return `${calls.length} calls`;
    }
    case 'lease_claimed':
    case 'lease_expired':
      return `${event.data.agent_id}, token ${event.data.fence}`;
    case 'session_expired':
      // @ts-expect-error: nothing is said of it
      return event.data.reason ?? 'its time ran out';
    default: {
      // @ts-expect-error: what it holds is not known before it is looked at
      void event.data.anything;
      return event.type;
    }
  }
}

describe('events', () => {
  test('the type of an event says what its data holds', () => {
    same<EventOf<'calls_recorded'>['data'], CallsRecorded>(true);
    same<SessionEvents['task_delegated']['data'], TaskDelegated>(true);
    same<BusEvents['task_request_received']['data'], TaskDelegated>(true);
    const event = { seq: 1, time: '', actor: 'a', type: 'lease_expired', data: { agent_id: 'codex://ui', fence: 2 } } as const;
    assert.equal(tell(event), 'codex://ui, token 2');
  });

  test('an event of a newer server is readable', () => {
    const text = '{"seq": 1, "time": "", "actor": "a", "type": "run_forked", "data": {"run": 7}}';
    const event = JSON.parse(text) as JournalEvent;
    assert.equal(tell(event), 'run_forked');
    const known = event.type === 'session_created' || event.type === 'session_expired';
    assert.equal(known, false);
    same<Exclude<JournalEvent, { type: EventType }>, UnknownEvent>(true);
    const { data }: UnknownEvent = event as UnknownEvent;
    assert.deepEqual(data, { run: 7 });
  });

  test('a listener can name every event of the document, and no other', () => {
    same<EventType, Exclude<keyof SessionEvents, 'problem'>>(true);
    const listen = (manager: SessionManager) => {
      manager.on('calls_recorded', ({ data, sessionId }) => [data.calls, sessionId]);
      // @ts-expect-error: there is no such event
      manager.on('calls_lost', () => undefined);
    };
    assert.equal(typeof listen, 'function');

    const events = documentEvents();
    assert.ok(events.length >= 20, 'the document has fewer events than it once had');
    const names = events.map(([type]) => `'${type}'`).join(' | ');
    assert.deepEqual(faultsOf(`
      import type { SessionEvents, SessionManager } from 'sessiond';
      import type * as wire from 'sessiond';
      declare const manager: SessionManager;
      declare const same: <One, Other>(_: [One, Other] extends [Other, One] ? true : false) => void;
      same<Exclude<keyof SessionEvents, 'problem'>, ${names}>(true);
      ${events.map(([type, data]) => `manager.on('${type}', ({ data }) => same<typeof data, wire.${data}>(true));`).join('\n')}
    `), []);
  });
});

/** The events of the document: the type of each, and the name of what its data holds. */
function documentEvents(): [type: string, data: string][] {
  const { schemas } = JSON.parse(readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8')).components;
  const { oneOf, anyOf = oneOf } = schemas.Event;
  return anyOf.flatMap(({ properties }: { properties?: { type: { enum: [string] }; data: { $ref: string } } }) =>
    properties ? [[properties.type.enum[0], properties.data.$ref.split('/').at(-1)]] : [],
  );
}

/** What the compiler says of a program that uses the package. */
function faultsOf(text: string): string[] {
  const name = fileURLToPath(new URL('every-event.ts', import.meta.url));
  writeFileSync(name, text);
  const module = ts.ModuleKind.NodeNext;
  const program = ts.createProgram([name], { module, strict: true, skipLibCheck: true, noEmit: true, types: [] });
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
