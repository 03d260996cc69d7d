import { CircleCheck, CirclePlay, RotateCcw, Undo2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Session, Step } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { retryStep } from '../../data/retry.ts';
import { Button } from '../../ui/Button.tsx';
import { FormDialog } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/Toast.tsx';
import { changeOf } from './changes.ts';
import { dependents, type StepView } from './plan.ts';

type Way = 'complete' | 'start' | 'back' | 'retry';

/** What can be done with a step manually. */
export function StepActions({ session, step, views }: { session: Session; step: Step; views: readonly StepView[] }) {
  const client = useClient();
  const [way, setWay] = useState<Way>();
  const id = session.session_id;
  const active = session.status === 'active';
  const steps = views.map((view) => view.step);
  const ready = step.dependencies.every((name) => steps.find((other) => other.name === name)?.status === 'completed');
  const together = dependents(steps, step.name).filter(({ status }) => status !== 'pending');

  /** Only when the steps are still as they were shown; that other things happened meanwhile does not matter. */
  const change = async (done: string, act: (revision: number) => Promise<Session>) => {
    const about = {
      what: 'The state of the steps',
      of: ({ workflow }: Pick<Session, 'workflow'>) => workflow?.steps.map(({ name, status }) => [name, status]),
    };
    await changeOf(client, session, about, act);
    toast(done);
  };
  const submit: Record<Way, () => Promise<void>> = {
    complete: () =>
      change(`Step ${step.name} completed`, (expectedRevision) =>
        step.status === 'active'
          ? client.workflow.advance(id, { step: step.name }, { expectedRevision })
          : client.workflow.update(id, { completed_steps: [step.name] }, { expectedRevision }),
      ),
    start: () =>
      change(`Step ${step.name} started`, (expectedRevision) =>
        client.workflow.update(id, { current_step: step.name }, { expectedRevision }),
      ),
    retry: async () => {
      await retryStep(client, id, step.name);
      toast(`Step ${step.name} retried`);
    },
    back: () =>
      change(`Step ${step.name} reset`, (expectedRevision) =>
        client.workflow.update(
          id,
          { pending_steps: [step.name, ...together.map(({ name }) => name)] },
          { expectedRevision },
        ),
      ),
  };
  const words: Record<Way, { title: string; action: string; description: ReactNode }> = {
    complete: {
      title: `Mark ${step.name} complete`,
      action: 'Mark complete',
      description: 'The steps that wait for this step start. Its open tasks are cancelled.',
    },
    start: {
      title: `Start ${step.name}`,
      action: 'Start',
      description: 'Its dependencies are complete. If the plan has a task for it, that task is delegated.',
    },
    retry: {
      title: `Retry ${step.name}`,
      action: 'Retry',
      description:
        'The step starts again, and its failed tasks are delegated again. A failed session becomes active again.',
    },
    back: {
      title: `Reset ${step.name}`,
      action: 'Reset',
      description:
        together.length === 0
          ? 'It becomes pending, and starts immediately if its dependencies are complete. Its open tasks are cancelled.'
          : `It becomes pending, together with the steps that depend on it: ${together.map(({ name }) => name).join(', ')}. Their open tasks are cancelled.`,
    },
  };
  return (
    <>
      {step.status === 'failed' && (
        <Button look="primary" icon={<RotateCcw />} onClick={() => setWay('retry')}>
          Retry
        </Button>
      )}
      {active && (step.status === 'active' || step.status === 'pending') && (
        <Button icon={<CircleCheck />} onClick={() => setWay('complete')}>
          Mark complete
        </Button>
      )}
      {active && step.status === 'pending' && ready && (
        <Button icon={<CirclePlay />} onClick={() => setWay('start')}>
          Start
        </Button>
      )}
      {active && step.status !== 'pending' && (
        <Button icon={<Undo2 />} onClick={() => setWay('back')}>
          Reset
        </Button>
      )}
      {way && (
        <FormDialog
          open
          onClose={() => setWay(undefined)}
          {...words[way]}
          danger={way === 'back'}
          submit={submit[way]}
        />
      )}
    </>
  );
}
