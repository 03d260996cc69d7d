import {
  Ban,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CirclePlay,
  CircleX,
  Hourglass,
  LoaderCircle,
  MessageCircleQuestionMark,
  TimerOff,
} from 'lucide-react';
import { type Noun, stateOf } from '../../ui/states.ts';
import css from './StateIcon.module.css';

const ICONS = {
  pending: CircleDashed,
  active: CirclePlay,
  in_progress: LoaderCircle,
  waiting: MessageCircleQuestionMark,
  completed: CircleCheck,
  stopped: CirclePause,
  failed: CircleX,
  timeout: TimerOff,
  cancelled: Ban,
  /** The step runs and nobody has asked this agent. */
  unasked: Hourglass,
};

/** The state of a step or a task as a picture; the word stands beside it, or is `label`. */
export function StateIcon({ noun, of, label, size = 15 }: { noun: Noun; of: string; label?: string; size?: number }) {
  const Icon = ICONS[of as keyof typeof ICONS] ?? CircleDashed;
  return (
    <Icon
      size={size}
      className={`${css.icon} ${css[stateOf(noun, of).tone]} ${of === 'in_progress' ? css.turning : ''}`}
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
    />
  );
}
