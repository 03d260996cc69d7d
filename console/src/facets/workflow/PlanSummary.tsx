import type { Session, StepStatus } from 'sessiond';
import css from './PlanSummary.module.css';
import { counts } from './plan.ts';

const ORDER: StepStatus[] = ['completed', 'active', 'failed', 'pending'];

/** How far the plan is: a bar of its steps, and the numbers. */
export function PlanSummary({ session }: { session: Session }) {
  if (!session.workflow) {
    return null;
  }
  const of = counts(session.workflow);
  const all = session.workflow.steps.length;
  const words = [
    `${of.completed} of ${all} ${all === 1 ? 'step' : 'steps'} completed`,
    of.active > 0 && `${of.active} active`,
    of.failed > 0 && `${of.failed} failed`,
  ].filter(Boolean);
  return (
    <span className={css.summary}>
      Plan
      <span className={css.bar} aria-hidden="true">
        {ORDER.map((status) => (
          <span key={status} className={css[status]} style={{ flexGrow: of[status] }} />
        ))}
      </span>
      <span className={css.words}>{words.join(', ')}</span>
    </span>
  );
}
