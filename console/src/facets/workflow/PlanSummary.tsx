import css from './PlanSummary.module.css';
import { counts, type StepState, type StepView } from './plan.ts';

const ORDER: StepState[] = ['completed', 'active', 'stopped', 'failed', 'pending'];

/** How far the plan is: a bar of its steps, and the numbers. */
export function PlanSummary({ views }: { views: readonly StepView[] }) {
  const of = counts(views);
  const all = views.length;
  const words = [
    `${of.completed} of ${all} ${all === 1 ? 'step' : 'steps'} completed`,
    of.active > 0 && `${of.active} active`,
    of.stopped > 0 && `${of.stopped} stopped`,
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
