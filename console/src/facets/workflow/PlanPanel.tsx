import { useNavigate, useSearch } from '@tanstack/react-router';
import { ChartGantt, ListOrdered, Pencil, Workflow as WorkflowIcon } from 'lucide-react';
import { lazy, useCallback, useRef, useState } from 'react';
import type { Session } from 'sessiond';
import { Part } from '../../app/Boundary.tsx';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { Section } from '../../ui/Section.tsx';
import { NARROW, useMedia } from '../../ui/useMedia.ts';
import type { PanelProps } from '../facet.ts';
import { useSearchValue } from '../usePanelSearch.ts';
import { PlanDialog } from './PlanDialog.tsx';
import { PlanList } from './PlanList.tsx';
import css from './PlanPanel.module.css';
import { PlanSummary } from './PlanSummary.tsx';
import { PlanTimeline } from './PlanTimeline.tsx';
import { changeInWords, type StepView, stepViews } from './plan.ts';
import { Rail } from './Rail.tsx';
import { StepInspector } from './StepInspector.tsx';
import { useTasks } from './useTasks.ts';

/** The canvas is most of what this page weighs, and a narrow screen shows the list first. */
const PlanGraph = lazy(() => import('./PlanGraph.tsx'));

const SHAPES = ['graph', 'list', 'timeline'] as const;

/** The plan, live: as a graph or as a list, with what happens now beside it. */
export default function PlanPanel({ session, feed }: PanelProps) {
  const narrow = useMedia(NARROW);
  const book = useTasks(feed);
  const views = useViews(session, book.tasks);
  const [asked, setShape] = useSearchValue('show');
  const [editing, setEditing] = useState(false);
  const { selected, select } = useSelectedStep();
  const step = views.find((view) => view.step.name === selected);
  const shown = SHAPES.find((one) => one === asked) ?? (narrow ? 'list' : 'graph');
  const live = session.status === 'active';
  if (views.length === 0) {
    return (
      <>
        <Section>
          <Empty
            title="This session has no plan"
            action={
              live && (
                <Button look="primary" icon={<WorkflowIcon />} onClick={() => setEditing(true)}>
                  Set plan
                </Button>
              )
            }
          >
            A plan is a graph of steps. Each step names the agents that must complete a task in it, and the steps that
            come before it; sessiond starts a step as soon as those are complete.
          </Empty>
        </Section>
        <PlanDialog session={session} open={editing} onClose={() => setEditing(false)} />
      </>
    );
  }
  return (
    <div className={css.panel}>
      <div className={css.plan}>
        <Section
          title={<PlanSummary views={views} />}
          flush
          actions={
            <>
              {/* biome-ignore lint/a11y/useSemanticElements: buttons in a row are no fieldset. */}
              <div className={css.shapes} role="group" aria-label="Show the plan as">
                <Button
                  look="quiet"
                  icon={<WorkflowIcon />}
                  aria-pressed={shown === 'graph'}
                  onClick={() => setShape('graph')}
                >
                  Graph
                </Button>
                <Button
                  look="quiet"
                  icon={<ListOrdered />}
                  aria-pressed={shown === 'list'}
                  onClick={() => setShape('list')}
                >
                  List
                </Button>
                <Button
                  look="quiet"
                  icon={<ChartGantt />}
                  aria-pressed={shown === 'timeline'}
                  onClick={() => setShape('timeline')}
                >
                  Timeline
                </Button>
              </div>
              {live && (
                <Button icon={<Pencil />} onClick={() => setEditing(true)}>
                  Edit plan
                </Button>
              )}
            </>
          }
        >
          {book.problem && (
            <div className={css.problem}>
              <ProblemView error={book.problem} retry={book.retry} />
            </div>
          )}
          {shown === 'graph' ? (
            <div className={css.canvas}>
              <Part
                of="graph"
                waiting={
                  <p className={css.loading} role="status">
                    Drawing the plan…
                  </p>
                }
              >
                <PlanGraph
                  session={session}
                  views={views}
                  direction={narrow ? 'TB' : 'LR'}
                  selected={selected}
                  onSelect={select}
                />
              </Part>
            </div>
          ) : shown === 'timeline' ? (
            <PlanTimeline views={views} selected={selected} onSelect={select} />
          ) : (
            <PlanList views={views} selected={selected} onSelect={select} />
          )}
        </Section>
      </div>
      <div className={css.side} data-inspecting={step !== undefined}>
        {step && (
          <StepInspector
            key={step.step.name}
            session={session}
            view={step}
            views={views}
            known={book.complete}
            onSelect={select}
            onClose={() => select(undefined)}
          />
        )}
        <Rail feed={feed} book={book} />
      </div>
      <News session={session} />
      <PlanDialog session={session} open={editing} onClose={() => setEditing(false)} />
    </div>
  );
}

function useViews(session: Session, tasks: Parameters<typeof stepViews>[1]): readonly StepView[] {
  const kept = useRef<StepView[]>([]);
  const next = stepViews(session, tasks, kept.current);
  if (next.length !== kept.current.length || next.some((view, index) => view !== kept.current[index])) {
    kept.current = next;
  }
  return kept.current;
}

/** Which step is looked at stands in the address, so that it can be passed on. */
function useSelectedStep() {
  const { step } = useSearch({ strict: false }) as { step?: string | number };
  const selected = step === undefined ? undefined : String(step);
  const navigate = useNavigate();
  const current = useRef(selected);
  current.current = selected;
  const select = useCallback(
    (name: string | undefined) => {
      const next = name === current.current ? undefined : name;
      void navigate({
        to: '.',
        search: (search: Record<string, unknown>) => ({ ...search, step: next }),
        replace: true,
        resetScroll: false,
      } as never);
    },
    [navigate],
  );
  return { selected, select };
}

/** Says to who does not see it what became of the steps. */
function News({ session }: { session: Session }) {
  const [before, setBefore] = useState(session.workflow);
  const [words, setWords] = useState('');
  if (before !== session.workflow) {
    setBefore(session.workflow);
    setWords(changeInWords(before, session.workflow) || words);
  }
  return (
    <p role="status" className="hidden">
      {words}
    </p>
  );
}
