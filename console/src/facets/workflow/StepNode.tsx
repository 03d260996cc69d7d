import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo, useEffect, useRef } from 'react';
import { stateOf, taskState } from '../../ui/states.ts';
import { Elapsed } from './Elapsed.tsx';
import { type Direction, NODE } from './layout.ts';
import { ProgressBar } from './ProgressBar.tsx';
import type { Part, StepView } from './plan.ts';
import { StateIcon } from './StateIcon.tsx';
import css from './StepNode.module.css';

/** A step on the canvas. */
export type StepNode = Node<
  {
    view: StepView;
    direction: Direction;
    /** Counts up each time that the keyboard leads here; 0 when it is elsewhere. */
    focus: number;
    onSelect: (name: string) => void;
  },
  'step'
>;

export const StepNodeView = memo(function StepNodeView({ data, selected }: NodeProps<StepNode>) {
  const { view, direction, focus, onSelect } = data;
  const { step, state, ended, parts, retries, why } = view;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (focus > 0) {
      button.current?.focus({ preventScroll: true });
    }
  }, [focus]);
  const [before, after] = direction === 'LR' ? [Position.Left, Position.Right] : [Position.Top, Position.Bottom];
  const shown = parts.length > NODE.parts ? parts.slice(0, NODE.parts - 1) : parts;
  return (
    <>
      <Handle type="target" position={before} isConnectable={false} className={css.handle} />
      <button
        ref={button}
        type="button"
        className={css.node}
        data-step={step.name}
        data-status={state}
        aria-pressed={selected}
        onClick={() => onSelect(step.name)}
      >
        <span className={css.title}>
          <StateIcon noun="step" of={state} size={16} />
          <span className={css.name} title={step.name}>
            {step.name}
          </span>
          {step.started_at && (
            <span className={css.time}>
              <Elapsed from={step.started_at} to={ended} />
            </span>
          )}
        </span>
        <span className={css.line} title={why}>
          <span className={css.status}>{state}</span>
          {retries > 0 && ` · ${retries} ${retries === 1 ? 'retry' : 'retries'}`}
          {why && ` · ${why}`}
        </span>
        {parts.length > 0 && (
          <span className={css.parts}>
            {shown.map((part) => (
              <PartLine key={part.agent} part={part} active={state === 'active'} />
            ))}
            {shown.length < parts.length && (
              <span className={css.part}>
                <span className={css.more}>{restOf(parts.slice(shown.length))}</span>
              </span>
            )}
          </span>
        )}
      </button>
      <Handle type="source" position={after} isConnectable={false} className={css.handle} />
    </>
  );
});

/** What the picture beside an agent says well enough for the eye. */
const PLAIN = new Set(['completed', 'pending', 'in_progress']);

function PartLine({ part: { agent, optional, task }, active }: { part: Part; active: boolean }) {
  const state = task?.status ?? (active && !optional ? 'unasked' : 'pending');
  const word = task ? stateOf('task', taskState(task)).word : active ? 'not delegated' : '';
  return (
    <span className={css.part} data-agent={agent} data-task={task?.status} title={word ? `${agent}: ${word}` : agent}>
      <StateIcon noun="task" of={state} size={13} />
      <span className={css.agent}>
        {nameOf(agent)}
        {optional && <span className={css.optional}> optional</span>}
      </span>
      {task?.status === 'in_progress' && task.progress != null ? (
        <span className={css.state}>
          <ProgressBar of={task.progress} compact />
        </span>
      ) : (
        <span className={task && PLAIN.has(task.status) ? 'hidden' : css.state}>{word}</span>
      )}
    </span>
  );
}

/** What of an agent's id tells it apart: in most plans the framework before it says less. */
const nameOf = (agent: string): string => agent.slice(agent.indexOf('://') + 1).replace(/^\/\//, '') || agent;

/** The agents for whom there is no line. */
function restOf(parts: Part[]): string {
  const done = parts.filter(({ task }) => task?.status === 'completed').length;
  return `${parts.length} more, ${done} completed`;
}
