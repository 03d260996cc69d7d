import '@xyflow/react/dist/base.css';
import {
  Background,
  BaseEdge,
  type Edge,
  type EdgeProps,
  MarkerType,
  MiniMap,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import { Maximize, Minus, Plus } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Session } from 'sessiond';
import { IconButton } from '../../ui/Button.tsx';
import { arrange, arrowId, type Frame, LEGIBLE, type Point, pathOf } from './arrange.ts';
import { type Arrow, arrowsOf, type Box, type Direction, neighbour, structureOf } from './layout.ts';
import css from './PlanGraph.module.css';
import { edgeState, type StepView } from './plan.ts';
import { type StepNode, StepNodeView } from './StepNode.tsx';

const NODE_TYPES = { step: StepNodeView };
const EDGE_TYPES = { way: Way };
/** From so many steps on, only those in sight are in the page. */
const MANY = 80;
/** From so many steps on, a map in the corner shows where one is. */
const MAPPED = 20;
/** A plan that is not shown whole is at most as large as this. */
const CLOSE = 0.85;
/** Pixels around what is shown. */
const MARGIN = 16;
const ARROWS = new Set(['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp']);

export interface PlanGraphProps {
  session: Session;
  views: readonly StepView[];
  direction: Direction;
  selected: string | undefined;
  onSelect: (name: string) => void;
}

/** The plan as a graph: what is done runs into what is done now, and that into what waits. */
export default function PlanGraph(props: PlanGraphProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas({ session, views, direction, selected, onSelect }: PlanGraphProps) {
  const flow = useReactFlow<StepNode>();
  const frame = useRef<HTMLDivElement>(null);
  const [focus, setFocus] = useState({ name: '', count: 0 });
  const steps = useMemo(() => views.map(({ step }) => step), [views]);
  const structure = structureOf(steps, direction);
  const room = useRoom(frame);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the places follow from the structure alone.
  const { boxes, ways, bounds } = useMemo(
    () => arrange(steps, direction, room),
    [structure, room?.width, room?.height],
  );
  const nodes = useNodes(views, boxes, direction, selected, focus, onSelect);
  const edges = useEdges(views, ways, session.status === 'active');

  // biome-ignore lint/correctness/useExhaustiveDependencies: another plan is shown from where it is now; a change of state moves nothing.
  useEffect(() => {
    show(views, boxes, bounds, flow, frame.current);
  }, [boxes, flow]);

  const onKeyDown = (event: KeyboardEvent) => {
    const from = (event.target as HTMLElement).closest<HTMLElement>('[data-step]')?.dataset.step;
    if (from === undefined || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const to = ARROWS.has(event.key)
      ? neighbour(steps, boxes, from, event.key as Arrow, direction)
      : event.key === 'Home'
        ? steps[0]?.name
        : event.key === 'End'
          ? steps.at(-1)?.name
          : undefined;
    if (ARROWS.has(event.key) || to !== undefined) {
      event.preventDefault();
    }
    const box = to === undefined ? undefined : boxes.get(to);
    if (to !== undefined && box) {
      reveal(box, flow, frame.current);
      setFocus(({ count }) => ({ name: to, count: count + 1 }));
    }
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of steps is no fieldset.
    <div
      ref={frame}
      className={css.frame}
      role="group"
      aria-label="Plan as a graph; arrow keys go from step to step"
      onKeyDown={onKeyDown}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        proOptions={{ hideAttribution: true }}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        zoomOnScroll={false}
        zoomOnDoubleClick={false}
        preventScrolling={false}
        minZoom={0.1}
        maxZoom={1.5}
        // Keys reach every step of a plan, also those out of sight, unless there are too many.
        onlyRenderVisibleElements={views.length > MANY}
      >
        <Background gap={20} size={1} color="var(--line)" />
        <Panel position="bottom-left" className={css.tools}>
          <IconButton label="Zoom in" icon={<Plus />} onClick={() => void flow.zoomIn(MOVE)} />
          <IconButton label="Zoom out" icon={<Minus />} onClick={() => void flow.zoomOut(MOVE)} />
          <IconButton
            label="Fit the whole plan"
            icon={<Maximize />}
            onClick={() => showAll(bounds, flow, frame.current)}
          />
        </Panel>
        {views.length >= MAPPED && (
          <MiniMap<StepNode>
            pannable
            className={css.map ?? ''}
            ariaLabel="Map of the plan"
            nodeClassName={({ data }) => css[data.view.state] ?? ''}
            nodeBorderRadius={12}
          />
        )}
      </ReactFlow>
    </div>
  );
}

/** The way of an arrow on the canvas. */
type WayData = { path: string };

/** A dependency, around the steps that are between. */
function Way({ data, markerEnd }: EdgeProps<Edge<WayData>>) {
  return data?.path ? <BaseEdge path={data.path} {...(markerEnd ? { markerEnd } : {})} /> : null;
}

/** The room for the plan, in steps so large that a little more or less changes nothing. */
function useRoom(frame: RefObject<HTMLElement | null>): Frame | undefined {
  const [room, setRoom] = useState<Frame>();
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) {
      return;
    }
    const measure = () => {
      const [width, height] = [element.clientWidth, element.clientHeight].map((size) => 60 * Math.round(size / 60));
      setRoom((before) =>
        before?.width === width && before?.height === height ? before : { width: width ?? 0, height: height ?? 0 },
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  return room;
}

const MOVE = { duration: 180 };

/** Views move smoothly, unless the person asked for no motion. */
const move = () => (matchMedia('(prefers-reduced-motion: reduce)').matches ? {} : MOVE);

type Flow = ReturnType<typeof useReactFlow<StepNode>>;

/** Shows all of the plan. */
function showAll(all: Box, flow: Flow, frame: HTMLElement | null): void {
  if (!frame) {
    return;
  }
  const { clientWidth: width, clientHeight: height } = frame;
  const zoom = Math.min(1, (width - 2 * MARGIN) / all.width, (height - 2 * MARGIN) / all.height);
  void flow.setViewport({
    zoom,
    x: (width - all.width * zoom) / 2 - all.x * zoom,
    y: (height - all.height * zoom) / 2 - all.y * zoom,
  });
}

/** Shows the whole plan when it can be read so; else what happens now, with what comes before and after it. */
function show(
  views: readonly StepView[],
  boxes: ReadonlyMap<string, Box>,
  all: Box,
  flow: Flow,
  frame: HTMLElement | null,
): void {
  if (boxes.size === 0 || !frame) {
    return;
  }
  const { clientWidth: width, clientHeight: height } = frame;
  const whole = Math.min(1, (width - 2 * MARGIN) / all.width, (height - 2 * MARGIN) / all.height);
  if (whole >= LEGIBLE) {
    showAll(all, flow, frame);
    return;
  }
  const now = views.filter(({ step }) => step.status === 'active' || step.status === 'failed');
  const next = now.length > 0 ? now : views.filter(({ step }) => step.status === 'pending').slice(0, 1);
  const names = (next.length > 0 ? next : views.slice(0, 1)).map(({ step }) => step.name);
  const part = around(names.map((name) => boxes.get(name)).filter((box) => box !== undefined)) ?? all;
  const room = Math.min((width - 2 * MARGIN) / part.width, (height - 2 * MARGIN) / part.height);
  // Rows are shown whole where they can be.
  const across = (width - 2 * MARGIN) / all.width;
  const zoom = Math.min(CLOSE, Math.max(LEGIBLE, Math.min(room, across)));
  // Along an axis on which all has room, all is in the middle; along the other, what happens now, but no empty margin.
  const place = (size: number, begin: number, length: number, from: number, span: number) => {
    if (length * zoom + 2 * MARGIN <= size) {
      return (size - length * zoom) / 2 - begin * zoom;
    }
    const wanted = size / 2 - (from + span / 2) * zoom;
    return Math.min(MARGIN - begin * zoom, Math.max(size - MARGIN - (begin + length) * zoom, wanted));
  };
  void flow.setViewport({
    zoom,
    x: place(width, all.x, all.width, part.x, part.width),
    y: place(height, all.y, all.height, part.y, part.height),
  });
}

/** Moves the view as little as it takes to have a step in sight. */
function reveal(box: Box, flow: Flow, frame: HTMLElement | null): void {
  if (!frame) {
    return;
  }
  const { x, y, zoom } = flow.getViewport();
  const shift = (begin: number, length: number, size: number) =>
    Math.max(0, 24 - begin) - Math.max(0, begin + length + 24 - size);
  const dx = shift(box.x * zoom + x, box.width * zoom, frame.clientWidth);
  const dy = shift(box.y * zoom + y, box.height * zoom, frame.clientHeight);
  if (dx !== 0 || dy !== 0) {
    void flow.setViewport({ x: x + dx, y: y + dy, zoom }, move());
  }
}

function around(boxes: readonly Box[]): Box | undefined {
  if (boxes.length === 0) {
    return undefined;
  }
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const width = Math.max(...boxes.map((box) => box.x + box.width)) - x;
  const height = Math.max(...boxes.map((box) => box.y + box.height)) - y;
  return { x, y, width, height };
}

/** A node is the same object as long as nothing of it changed, so that a change draws one node and not two hundred. */
function useNodes(
  views: readonly StepView[],
  boxes: ReadonlyMap<string, Box>,
  direction: Direction,
  selected: string | undefined,
  focus: { name: string; count: number },
  onSelect: (name: string) => void,
): StepNode[] {
  const kept = useRef(new Map<string, StepNode>());
  return useMemo(() => {
    const nodes = views.map((view): StepNode => {
      const { name } = view.step;
      const box = boxes.get(name) ?? { x: 0, y: 0, width: 0, height: 0 };
      const before = kept.current.get(name);
      const data = { view, direction, focus: focus.name === name ? focus.count : 0, onSelect };
      const same =
        before &&
        before.selected === (selected === name) &&
        before.position.x === box.x &&
        before.position.y === box.y &&
        before.height === box.height &&
        before.data.view === view &&
        before.data.direction === direction &&
        before.data.focus === data.focus &&
        before.data.onSelect === onSelect;
      return same
        ? before
        : {
            id: name,
            type: 'step',
            position: { x: box.x, y: box.y },
            width: box.width,
            height: box.height,
            selected: selected === name,
            data,
          };
    });
    kept.current = new Map(nodes.map((node) => [node.id, node]));
    return nodes;
  }, [views, boxes, direction, selected, focus, onSelect]);
}

/** The dependencies; the same object as long as their states are the same. */
function useEdges(
  views: readonly StepView[],
  ways: ReadonlyMap<string, readonly Point[]>,
  sessionActive: boolean,
): Edge<WayData>[] {
  const steps = new Map(views.map(({ step }) => [step.name, step]));
  const wanted = arrowsOf([...steps.values()]).flatMap(({ from, to }) => {
    const [source, target] = [steps.get(from), steps.get(to)];
    return source && target ? [{ source: from, target: to, state: edgeState(source, target, sessionActive) }] : [];
  });
  const key = JSON.stringify(wanted);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all that they are made of.
  return useMemo(
    () =>
      wanted.map(({ source, target, state }) => ({
        id: arrowId(source, target),
        type: 'way',
        data: { path: pathOf(ways.get(arrowId(source, target)) ?? []) },
        source,
        target,
        className: css[state] ?? '',
        animated: state === 'active',
        ariaLabel: `${target} depends on ${source}: ${state}`,
        markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color: COLOURS[state] },
      })),
    [key, ways],
  );
}

const COLOURS = {
  done: 'var(--good)',
  active: 'var(--live)',
  blocked: 'var(--bad)',
  waiting: 'var(--line-strong)',
};
