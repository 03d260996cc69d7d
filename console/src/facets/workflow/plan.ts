import { type Session, type Step, type StepStatus, type Task, toJson } from 'sessiond';
import { groupBy } from './group.ts';
import { inWords, isOpen } from './text.ts';

/** An agent's part in a step. */
export interface Part {
  agent: string;
  /** The step does not wait for it. */
  optional: boolean;
  /** Its newest task since the step started. */
  task: Task | undefined;
}

/** A step with what its agents do in it. */
/** What a step is; `stopped` is one that was active when its session ended. */
export type StepState = StepStatus | 'stopped';

export interface StepView {
  step: Step;
  state: StepState;
  /** When it ended, by itself or with the session. */
  ended: string | undefined;
  parts: Part[];
  /** Every task of the step, oldest first; also those from before it was set back. */
  tasks: Task[];
  /** How often work in it was tried again since it started. */
  retries: number;
  /** Why it is what it is, or why its newest attempt failed. */
  why: string | undefined;
}

/** The steps with their tasks. What did not change since `before` is the same object. */
export function stepViews(
  { workflow, ended_at }: Pick<Session, 'workflow' | 'ended_at'>,
  tasks: readonly Task[],
  before: readonly StepView[] = [],
): StepView[] {
  const byStep = groupBy(tasks, (task) => task.step ?? undefined);
  const known = new Map(before.map((view) => [view.step.name, view]));
  return (workflow?.steps ?? []).map((step) => {
    const own = byStep.get(step.name) ?? [];
    const earlier = known.get(step.name);
    const same =
      earlier?.step === step &&
      earlier.ended === endOf(step, ended_at) &&
      earlier.tasks.length === own.length &&
      earlier.tasks.every((task, index) => task === own[index]);
    return same ? earlier : stepView(step, own, ended_at);
  });
}

const endOf = (step: Step, sessionEnded: string | null | undefined): string | undefined =>
  step.ended_at ?? (step.started_at ? sessionEnded : undefined) ?? undefined;

function stepView(step: Step, tasks: Task[], sessionEnded: string | null | undefined): StepView {
  const since = tasks.filter(({ created_at }) => step.started_at != null && created_at >= step.started_at);
  const part = (agent: string, optional: boolean): Part => ({
    agent,
    optional,
    task: since.findLast((task) => task.delegatee === agent),
  });
  const asked = new Set(since.map((task) => task.delegatee));
  const attempts = since.reduce((sum, task) => sum + task.attempt, 0);
  return {
    step,
    state: step.status === 'active' && sessionEnded ? 'stopped' : step.status,
    ended: endOf(step, sessionEnded),
    parts: [
      ...step.required_agents.map((agent) => part(agent, false)),
      ...(step.optional_agents ?? []).map((agent) => part(agent, true)),
    ],
    tasks,
    retries: attempts - asked.size,
    why: reasonOf(step, since),
  };
}

/** The error of the task that the step failed with, the step's own reason, or how its newest attempt failed. */
function reasonOf(step: Step, tasks: Task[]): string | undefined {
  if (step.status === 'failed') {
    const failed = tasks.findLast((task) => task.status === 'failed' || task.status === 'timeout');
    return failed ? inWords(failed.error) : withoutTask(step.reason);
  }
  if (step.reason || step.status !== 'active') {
    return withoutTask(step.reason);
  }
  const troubled = tasks.findLast((task) => task.error != null && task.status !== 'completed');
  if (!troubled) {
    return undefined;
  }
  const attempt = isOpen(troubled) ? `attempt ${troubled.attempt - 1}` : troubled.task_type;
  const became = troubled.status === 'cancelled' ? 'was cancelled' : 'failed';
  return `${attempt} ${became}: ${inWords(troubled.error)}`;
}

export const withoutTask = (reason: string | null | undefined): string | undefined =>
  reason?.replace(/ in task task_[0-9a-zA-Z]+/, '') ?? undefined;

/** What a dependency says: its work is done, done and followed by work that goes on, failed, or still to come. */
export type EdgeState = 'done' | 'active' | 'blocked' | 'waiting';

export function edgeState(from: Step, to: Step, sessionActive: boolean): EdgeState {
  if (from.status === 'failed') {
    return 'blocked';
  }
  if (from.status !== 'completed') {
    return 'waiting';
  }
  if (to.status === 'active') {
    return sessionActive ? 'active' : 'done';
  }
  return to.status === 'pending' ? 'waiting' : 'done';
}

/** How many steps are in each state. */
export function counts(views: readonly StepView[]): Record<StepState, number> {
  const of = { pending: 0, active: 0, stopped: 0, completed: 0, failed: 0 };
  for (const { state } of views) {
    of[state] += 1;
  }
  return of;
}

/** The plan as it is given to the server: without the state of its steps. */
export function specOf(workflow: Session['workflow']): Record<string, unknown>[] {
  return (workflow?.steps ?? []).map(({ status, reason, started_at, ended_at, ...spec }) =>
    Object.fromEntries(Object.entries(spec).filter(([, value]) => value != null && !isEmpty(value))),
  );
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** How one plan differs from another, by the names of its steps; nothing when only their order does. */
export function differenceInWords(before: readonly Record<string, unknown>[], now: readonly Record<string, unknown>[]) {
  const texts = (plan: typeof before) => new Map(plan.map((step) => [String(step.name), toJson(step)]));
  const [old, fresh] = [texts(before), texts(now)];
  const added = [...fresh.keys()].filter((name) => !old.has(name));
  const removed = [...old.keys()].filter((name) => !fresh.has(name));
  const changed = [...fresh].filter(([name, text]) => old.has(name) && old.get(name) !== text).map(([name]) => name);
  return [
    added.length > 0 && `${added.join(', ')} added`,
    changed.length > 0 && `${changed.join(', ')} changed`,
    removed.length > 0 && `${removed.join(', ')} removed`,
  ]
    .filter(Boolean)
    .join('; ');
}

/** What changed of the steps, in a sentence for who does not see them; nothing when nothing did. */
export function changeInWords(before: Session['workflow'], now: Session['workflow']): string {
  const states = new Map(before?.steps.map(({ name, status }) => [name, status]));
  return (now?.steps ?? [])
    .filter(({ name, status }) => states.has(name) && states.get(name) !== status)
    .map(({ name, status }) => `${name} is ${status}`)
    .join(', ');
}

/** The steps that come after a step, directly or through others. */
export function dependents(steps: readonly Step[], name: string): Step[] {
  const found = new Set([name]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const step of steps) {
      if (step.dependencies.some((dependency) => found.has(dependency))) {
        found.add(step.name);
      }
    }
  }
  return steps.filter((step) => step.name !== name && found.has(step.name));
}
