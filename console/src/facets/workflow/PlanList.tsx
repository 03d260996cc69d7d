import { Status } from '../../ui/Badge.tsx';
import { stateOf, taskState } from '../../ui/states.ts';
import { Elapsed } from './Elapsed.tsx';
import css from './PlanList.module.css';
import type { StepView } from './plan.ts';
import { StateIcon } from './StateIcon.tsx';

export interface PlanListProps {
  views: readonly StepView[];
  selected: string | undefined;
  onSelect: (name: string) => void;
}

/** The plan in words, in its order: the same as the graph says. */
export function PlanList({ views, selected, onSelect }: PlanListProps) {
  return (
    <ol className={css.list} aria-label="Steps of the plan">
      {views.map(({ step, state, ended, parts, retries, why }) => (
        <li key={step.name}>
          <button
            type="button"
            className={css.step}
            data-step={step.name}
            data-status={state}
            aria-pressed={step.name === selected}
            onClick={() => onSelect(step.name)}
          >
            <StateIcon noun="step" of={state} size={17} />
            <span className={css.body}>
              <span className={css.title}>
                <span className={css.name}>{step.name}</span>
                <Status noun="step" of={state} />
                {step.started_at && (
                  <span className={css.quiet}>
                    <Elapsed from={step.started_at} to={ended} />
                  </span>
                )}
                {retries > 0 && (
                  <span className={css.quiet}>
                    {retries} {retries === 1 ? 'retry' : 'retries'}
                  </span>
                )}
              </span>
              {why && <span className={css.why}>{why}</span>}
              {step.dependencies.length > 0 && step.status === 'pending' && (
                <span className={css.quiet}>after {step.dependencies.join(', ')}</span>
              )}
              {parts.map(({ agent, optional, task }) => (
                <span key={agent} className={css.part}>
                  <StateIcon
                    noun="task"
                    of={task?.status ?? (state === 'active' && !optional ? 'unasked' : 'pending')}
                    size={13}
                  />
                  <span className={css.agent}>
                    {agent}
                    {optional && ' (optional)'}
                  </span>
                  <span className={css.quiet}>{task ? stateOf('task', taskState(task)).word : 'not delegated'}</span>
                </span>
              ))}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
