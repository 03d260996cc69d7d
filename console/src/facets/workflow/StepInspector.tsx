import { Send } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Session, Step } from 'sessiond';
import { Status } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Inspector, Part } from '../../ui/Inspector.tsx';
import { Json } from '../../ui/Json.tsx';
import { Facts } from '../../ui/Section.tsx';
import { stateOf, taskState } from '../../ui/states.ts';
import { Ago } from '../../ui/Times.tsx';
import { DelegateDialog } from './DelegateDialog.tsx';
import { Elapsed } from './Elapsed.tsx';
import type { StepView } from './plan.ts';
import { StateIcon } from './StateIcon.tsx';
import { StepActions } from './StepActions.tsx';
import css from './StepInspector.module.css';
import { TaskItem } from './TaskItem.tsx';

const ON_FAILURE = {
  fail: 'the step fails, and the session with it',
  continue: 'it counts as done, and the plan continues',
  retry: 'the work is delegated again, at most twice; then the step fails',
};

export interface StepInspectorProps {
  session: Session;
  view: StepView;
  views: readonly StepView[];
  /** Whether all tasks of the session are read. */
  known: boolean;
  onSelect: (name: string) => void;
  onClose: () => void;
}

/** All about one step: what it is for, what it waits for, who works in it, and what can be done. */
export function StepInspector({ session, view, views, known, onSelect, onClose }: StepInspectorProps) {
  const { step, state, parts, tasks, why } = view;
  const [delegating, setDelegating] = useState(false);
  const section = useRef<HTMLElement>(null);
  // On a narrow screen it stands below the plan, out of sight.
  useEffect(() => {
    section.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const followers = views.filter((other) => other.step.dependencies.includes(step.name)).map((other) => other.step);
  const dependencies = step.dependencies.flatMap((name) => views.find((other) => other.step.name === name)?.step ?? []);
  return (
    <Inspector
      ref={section}
      icon={<StateIcon noun="step" of={state} size={17} />}
      name={step.name}
      close="Close the step"
      onClose={onClose}
      aria-label={`Step ${step.name}`}
      beside={<DelegateDialog session={session} step={step} open={delegating} onClose={() => setDelegating(false)} />}
    >
      {step.description && <p className={css.description}>{step.description}</p>}
      {why && (
        <p className={css.why} data-status={state}>
          {why}
        </p>
      )}
      {(session.status === 'active' || step.status === 'failed') && (
        <div className={css.actions}>
          <StepActions session={session} step={step} views={views} />
          {session.status === 'active' && step.status === 'active' && (
            <Button icon={<Send />} onClick={() => setDelegating(true)}>
              Delegate task
            </Button>
          )}
        </div>
      )}
      <Part title="Agents">
        {parts.length === 0 ? (
          <p className={css.quiet}>It has no required agents, so it is completed manually.</p>
        ) : (
          <ul className={css.agents}>
            {parts.map(({ agent, optional, task }) => (
              <li key={agent}>
                <StateIcon noun="task" of={task?.status ?? 'pending'} size={14} />
                <span className={css.agent}>{agent}</span>
                <span className={css.quiet}>
                  {optional ? 'optional' : 'required'}
                  {task ? `, ${stateOf('task', taskState(task)).word}` : known && ', not delegated'}
                  {task && task.assignee !== agent && `, now with ${task.assignee}`}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Part>
      <Part title={`Tasks${tasks.length > 0 ? ` (${tasks.length})` : ''}`}>
        {tasks.length === 0 ? (
          <p className={css.quiet}>
            {!known
              ? 'Loading…'
              : step.task || step.status !== 'active'
                ? 'None.'
                : 'None. The plan has no task for this step, so the orchestrator delegates one.'}
          </p>
        ) : (
          <ul className={css.tasks}>
            {[...tasks].reverse().map((task) => (
              <li key={task.task_id}>
                <TaskItem task={task} session={session} within="step" />
              </li>
            ))}
          </ul>
        )}
      </Part>
      <Facts
        of={[
          ['State', <Status key="state" noun="step" of={state} />],
          ...whenOf(view),
          [
            'After',
            <Steps key="after" steps={dependencies} none="nothing: it starts immediately" onSelect={onSelect} />,
          ],
          ['Before', <Steps key="before" steps={followers} none="nothing" onSelect={onSelect} />],
          ['If a task fails', ON_FAILURE[step.on_failure]],
          ...(step.outputs?.length ? [['Outputs', step.outputs.join(', ')] as const] : []),
          ...(step.estimated_duration ? [['Estimated', step.estimated_duration] as const] : []),
        ]}
      />
      {step.task && (
        <Part title="Task of the plan">
          <Json value={step.task} open={1} />
        </Part>
      )}
    </Inspector>
  );
}

function whenOf({ step, ended }: StepView): [string, ReactNode][] {
  if (!step.started_at) {
    return [];
  }
  const took = <Elapsed from={step.started_at} to={ended} />;
  return [
    ['Started', <Ago key="started" time={step.started_at} />],
    ended
      ? [
          'Ended',
          <span key="ended">
            <Ago time={ended} />, after {took}
          </span>,
        ]
      : ['Running for', took],
  ];
}

function Steps({ steps, none, onSelect }: { steps: Step[]; none: string; onSelect: (name: string) => void }) {
  return steps.length === 0 ? (
    <span className={css.quiet}>{none}</span>
  ) : (
    <ul className={css.steps}>
      {steps.map(({ name, status }) => (
        <li key={name}>
          <button type="button" className={css.link} onClick={() => onSelect(name)}>
            <StateIcon noun="step" of={status} size={13} label={status} />
            {name}
          </button>
        </li>
      ))}
    </ul>
  );
}
