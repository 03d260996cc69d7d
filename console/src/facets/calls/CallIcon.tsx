import {
  Ban,
  Bot,
  BrainCircuit,
  Circle,
  CircleCheck,
  CircleX,
  Ghost,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  SquareFunction,
  TimerOff,
  Unplug,
  Wrench,
} from 'lucide-react';
import { stateOf } from '../../ui/states.ts';
import css from './CallIcon.module.css';
import { type CallKind, type CallState, KINDS, STATUSES } from './entry.ts';

const KIND_ICONS: Record<CallKind, LucideIcon> = {
  function: SquareFunction,
  agent: Bot,
  model: BrainCircuit,
  tool: Wrench,
  other: Circle,
};

const STATE_ICONS: Record<CallState | 'waiting', LucideIcon> = {
  waiting: Hourglass,
  running: LoaderCircle,
  completed: CircleCheck,
  failed: CircleX,
  timeout: TimerOff,
  cancelled: Ban,
  abandoned: Ghost,
  interrupted: Unplug,
};

/** What a node is, as a picture; its word is for the screen reader and the tooltip. */
export function KindIcon({ of, size = 14 }: { of: number; size?: number }) {
  const kind = KINDS[of] ?? 'other';
  const Icon = KIND_ICONS[kind];
  return (
    <span className={css.icon} data-kind={kind} title={kind}>
      <Icon size={size} aria-hidden="true" />
      <span className="hidden">{kind}</span>
    </span>
  );
}

/** What became of a call, as a picture. */
export function StateIcon({ of, waits = false, size = 14 }: { of: number; waits?: boolean; size?: number }) {
  const state = waits ? 'waiting' : (STATUSES[of] ?? 'running');
  const Icon = STATE_ICONS[state];
  const { tone, word } = stateOf('call', state);
  return (
    <span className={css.icon} data-tone={tone} data-state={state} title={word}>
      <Icon size={size} aria-hidden="true" />
      <span className="hidden">{word}</span>
    </span>
  );
}
