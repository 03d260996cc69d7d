import type { CallEntry, ExecutionBegan, JournalEvent } from 'sessiond';
import { COMPLETED, ENDS, INTERRUPTED, KINDS, RUNNING, STATUSES, wentWrong } from './entry.ts';
import { inputInLine } from './preview.ts';

/** Of so many calls the input is kept in a line. */
const PREVIEWS = 100_000;

/** What models used: in one call, or in a call and all below it. */
export interface Used {
  input: number;
  output: number;
  cost: number;
}

/** One process that wrote calls. */
export interface Run {
  writer: number;
  process: string;
  /** The event in which it began. */
  seq: number;
  /** The number of the first call that it may have made. */
  firstCall: number;
  /** When its first call began and when the last that is known of it happened, in microseconds; 0 before any. */
  began: number;
  last: number;
}

const OPAQUE = 1;
const ASIDE = 2;
/** It ended after the point that a later process goes on from: for that process it had not. */
const UNDONE = 4;

/**
 * The calls of an execution by their numbers. A call is a few numbers here, in columns, so that a million of them have
 * room in a tab; what it was given and gave stays on the server, and the events that say so are known.
 */
export class CallTable {
  /** The number of the last call that is known. */
  size = 0;
  readonly runs: Run[] = [];
  /** The names of nodes; a call has a place in it. */
  readonly names: string[] = [''];
  /** How many calls there are of each state. */
  readonly counts: number[] = STATUSES.map(() => 0);
  /** How many calls there are of each kind. */
  readonly kinds: number[] = KINDS.map(() => 0);
  /** What all calls used. */
  readonly total: Used = { input: 0, output: 0, cost: 0 };
  /** How many recorded results were used in place of calls. */
  replayed = 0;
  /** How deep the deepest call is, from 0. */
  deepest = 0;

  parent = new Uint32Array(64);
  node = new Uint32Array(64);
  kind = new Uint8Array(64);
  state = new Uint8Array(64);
  /** In microseconds since the Unix epoch; 0 while it is not known. */
  began = new Float64Array(64);
  ended = new Float64Array(64);
  /** The events that tell it; 0 while there is none. */
  beganSeq = new Uint32Array(64);
  endedSeq = new Uint32Array(64);
  /** The calls that it made, as a list in the order of their numbers; those of 0 are the program's own. */
  firstChild = new Uint32Array(64);
  nextSibling = new Uint32Array(64);
  children = new Uint32Array(64);
  depth = new Uint16Array(64);
  private lastChild = new Uint32Array(64);
  private flags = new Uint8Array(64);

  private readonly places = new Map<string, number>([['', 0]]);
  private readonly open = new Set<number>();
  private readonly resumed = new Map<number, number>();
  private readonly taken = new Map<number, number>();
  private readonly recorded = new Map<number, number>();
  private readonly used = new Map<number, Used>();
  private readonly sums = new Map<number, Used>();
  private readonly wrong = new Map<number, number>();
  private readonly messages = new Map<number, string>();
  private readonly inputs = new Map<number, string>();

  /** Takes in the next event of the journal. */
  take(event: JournalEvent): void {
    if (event.type === 'calls_recorded') {
      for (const entry of event.data.calls) {
        this.entry(entry, event.seq);
      }
    } else if (event.type === 'execution_began') {
      this.begin(event.data, event.seq);
    } else if (event.type === 'session_forked' || ENDS.has(event.type)) {
      this.interrupt();
    }
  }

  /** Whether the beginning of a call is known; retention may have dropped it. */
  has(call: number): boolean {
    return call > 0 && call <= this.size && this.beganSeq[call] !== 0;
  }

  name(call: number): string {
    return this.names[this.node[call] ?? 0] ?? '';
  }

  /** The run that a call belongs to. */
  runOf(call: number): Run | undefined {
    return this.runs.findLast(({ firstCall }) => firstCall <= call);
  }

  /** When a call ended; `now` while it runs. */
  end(call: number, now: number): number {
    const ended = this.state[call] === RUNNING ? now : (this.ended[call] ?? 0);
    return Math.max(ended, this.began[call] ?? 0);
  }

  /** How many calls run. */
  get running(): number {
    return this.open.size;
  }

  /** The interrupted or failed call that a call takes up. */
  resumes(call: number): number | undefined {
    return this.resumed.get(call);
  }

  /** The call that took a call up. */
  takenUpBy(call: number): number | undefined {
    return this.taken.get(call);
  }

  /** How many recorded results stand under a call that takes another up. */
  fromRecord(call: number): number {
    return this.recorded.get(call) ?? 0;
  }

  /** How many rows stand right under a call. */
  below(call: number): number {
    return (this.children[call] ?? 0) + this.fromRecord(call);
  }

  /** What a call itself used. */
  usedBy(call: number): Used | undefined {
    return this.used.get(call);
  }

  /** What a call and all below it used. */
  usedWithin(call: number): Used | undefined {
    return this.sums.get(call);
  }

  /** How many calls below it went wrong. */
  wrongBelow(call: number): number {
    return (this.wrong.get(call) ?? 0) - (wentWrong(this.state[call] ?? 0) ? 1 : 0);
  }

  /** What a failed call says, shortened. */
  message(call: number): string | undefined {
    return this.messages.get(call);
  }

  /** What a call was given, shortened; of a very long execution only the first calls have it. */
  input(call: number): string | undefined {
    return this.inputs.get(call);
  }

  /** The calls that have not ended. */
  get openCalls(): Iterable<number> {
    return this.open;
  }

  /** Whether a later process goes on from a point before this call. */
  isAside(call: number): boolean {
    return ((this.flags[call] ?? 0) & ASIDE) !== 0;
  }

  /** Whether a process that takes up the call's parent uses its recorded result. */
  isReusable(call: number): boolean {
    return this.state[call] === COMPLETED && (this.flags[call] ?? 0) === 0;
  }

  /** The calls that a call takes up, one after the other, the first of them first, and the call itself. */
  chain(call: number): number[] {
    const chain = [call];
    for (let earlier = this.resumed.get(call); earlier !== undefined; earlier = this.resumed.get(earlier)) {
      chain.unshift(earlier);
    }
    return chain;
  }

  /** The time of a call without the times in which calls that it made ran. */
  own(call: number, now: number): number {
    const end = this.end(call, now);
    let at = this.began[call] ?? 0;
    let own = 0;
    for (let child = this.firstChild[call] ?? 0; child !== 0; child = this.nextSibling[child] ?? 0) {
      const from = Math.min(this.began[child] ?? 0, end);
      own += Math.max(0, from - at);
      at = Math.max(at, Math.min(this.end(child, now), end));
    }
    return own + Math.max(0, end - at);
  }

  private begin({ writer, process, keep }: ExecutionBegan, seq: number): void {
    this.interrupt();
    if (keep !== undefined && keep !== null) {
      const at = this.began[keep + 1] || Number.POSITIVE_INFINITY;
      for (let call = 1; call <= this.size; call += 1) {
        const flag = call > keep ? ASIDE : (this.ended[call] ?? 0) > at ? UNDONE : 0;
        this.flags[call] = (this.flags[call] ?? 0) | flag;
      }
    }
    this.runs.push({ writer, process, seq, firstCall: this.size + 1, began: 0, last: 0 });
  }

  /** What is open ends with its process, when that was last heard of. */
  private interrupt(): void {
    const last = this.runs.at(-1)?.last ?? 0;
    for (const call of this.open) {
      this.become(call, INTERRUPTED, Math.max(last, this.began[call] ?? 0));
    }
    this.open.clear();
  }

  private entry(entry: CallEntry, seq: number): void {
    const { call } = entry;
    this.reserve(call);
    if (typeof entry.node === 'string') {
      this.start(entry, seq);
    }
    if (entry.status && this.beganSeq[call] !== 0) {
      this.finish(entry, seq);
    }
  }

  private start(entry: CallEntry, seq: number): void {
    const { call, resumes } = entry;
    const began = entry.began_us ?? 0;
    const parent = this.has(entry.parent ?? 0) ? (entry.parent ?? 0) : 0;
    this.node[call] = this.place(entry.node ?? '');
    const kind = Math.max(0, KINDS.indexOf(entry.kind ?? 'function'));
    this.kind[call] = kind;
    this.kinds[kind] = (this.kinds[kind] ?? 0) + 1;
    this.began[call] = began;
    this.beganSeq[call] = seq;
    this.parent[call] = parent;
    this.depth[call] = parent === 0 ? 0 : Math.min((this.depth[parent] ?? 0) + 1, 65_535);
    this.deepest = Math.max(this.deepest, this.depth[call] ?? 0);
    const before = this.lastChild[parent] ?? 0;
    if (before === 0) {
      this.firstChild[parent] = call;
    } else {
      this.nextSibling[before] = call;
    }
    this.lastChild[parent] = call;
    this.children[parent] = (this.children[parent] ?? 0) + 1;
    this.size = Math.max(this.size, call);
    if (entry.input !== undefined && this.inputs.size < PREVIEWS) {
      this.inputs.set(call, inputInLine(entry.input));
    }
    this.count(RUNNING, 1);
    this.open.add(call);
    this.heard(began);
    if (resumes && this.has(resumes)) {
      this.takeUp(call, resumes);
    }
  }

  private takeUp(call: number, earlier: number): void {
    this.resumed.set(call, earlier);
    this.taken.set(earlier, call);
    let reused = this.fromRecord(earlier);
    for (let child = this.firstChild[earlier] ?? 0; child !== 0; child = this.nextSibling[child] ?? 0) {
      if (this.isReusable(child)) {
        reused += 1;
      }
    }
    this.recorded.set(call, reused);
    this.replayed += reused - this.fromRecord(earlier);
  }

  private finish(entry: CallEntry, seq: number): void {
    const { call, error, usage } = entry;
    const state = STATUSES.indexOf(entry.status ?? 'completed');
    this.open.delete(call);
    this.become(call, state, entry.ended_us ?? 0);
    this.endedSeq[call] = seq;
    this.heard(entry.ended_us ?? 0);
    if (entry.opaque) {
      this.flags[call] = (this.flags[call] ?? 0) | OPAQUE;
    }
    if (error) {
      this.messages.set(call, `${error.type}: ${error.message}`.slice(0, 200));
    }
    if (wentWrong(state)) {
      for (let at = call; at !== 0; at = this.parent[at] ?? 0) {
        this.wrong.set(at, (this.wrong.get(at) ?? 0) + 1);
      }
    }
    if (usage) {
      const used = { input: usage.input_tokens ?? 0, output: usage.output_tokens ?? 0, cost: usage.cost ?? 0 };
      this.used.set(call, used);
      add(this.total, used);
      for (let at = call; at !== 0; at = this.parent[at] ?? 0) {
        const sum = this.sums.get(at) ?? { input: 0, output: 0, cost: 0 };
        add(sum, used);
        this.sums.set(at, sum);
      }
    }
  }

  private become(call: number, state: number, ended: number): void {
    this.count(this.state[call] ?? 0, -1);
    this.count(state, 1);
    this.state[call] = state;
    this.ended[call] = ended;
  }

  private count(state: number, by: number): void {
    this.counts[state] = (this.counts[state] ?? 0) + by;
  }

  private heard(at: number): void {
    const run = this.runs.at(-1);
    if (run) {
      run.began = run.began === 0 ? at : Math.min(run.began, at);
      run.last = Math.max(run.last, at);
    }
  }

  private place(name: string): number {
    const known = this.places.get(name);
    if (known !== undefined) {
      return known;
    }
    this.places.set(name, this.names.length);
    return this.names.push(name) - 1;
  }

  private reserve(call: number): void {
    if (call < this.parent.length) {
      return;
    }
    const size = 2 ** Math.ceil(Math.log2(call + 1));
    const wide = <Column extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(column: Column): Column => {
      const grown = new (column.constructor as new (size: number) => Column)(size);
      grown.set(column as never);
      return grown;
    };
    this.parent = wide(this.parent);
    this.node = wide(this.node);
    this.kind = wide(this.kind);
    this.state = wide(this.state);
    this.began = wide(this.began);
    this.ended = wide(this.ended);
    this.beganSeq = wide(this.beganSeq);
    this.endedSeq = wide(this.endedSeq);
    this.firstChild = wide(this.firstChild);
    this.nextSibling = wide(this.nextSibling);
    this.children = wide(this.children);
    this.depth = wide(this.depth);
    this.lastChild = wide(this.lastChild);
    this.flags = wide(this.flags);
  }
}

function add(sum: Used, used: Used): void {
  sum.input += used.input;
  sum.output += used.output;
  sum.cost += used.cost;
}
