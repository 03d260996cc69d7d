import type { Step } from 'sessiond';

/** Where the plan goes: to the right on wide screens, downwards on narrow ones. */
export type Direction = 'LR' | 'TB';

/** The measures of a node. They follow from the plan alone, so that a change of state moves nothing. */
export const NODE = { width: 184, head: 62, part: 22, parts: 4 };

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What a step needs to be laid out. */
export type Shape = Pick<Step, 'name' | 'dependencies' | 'required_agents' | 'optional_agents'>;

/** How many lines of agents a node shows; the last one stands for the rest when there are more. */
export function partLines(step: Shape): number {
  return Math.min(NODE.parts, step.required_agents.length + (step.optional_agents?.length ?? 0));
}

/** How large a step is: it follows from the plan alone, so that a change of state moves nothing. */
export function sizeOf(step: Shape): { width: number; height: number } {
  const lines = partLines(step);
  return { width: NODE.width, height: NODE.head + (lines > 0 ? lines * NODE.part + 10 : 0) };
}

/** Changes when the graph has to be laid out anew, and not before. */
export function structureOf(steps: readonly Shape[], direction: Direction): string {
  return JSON.stringify([direction, steps.map((step) => [step.name, step.dependencies, partLines(step)])]);
}

/**
 * The dependencies that are worth an arrow: one that others imply says nothing new, and its arrow would run behind the
 * steps between.
 */
export function arrowsOf(steps: readonly Pick<Step, 'name' | 'dependencies'>[]): { from: string; to: string }[] {
  const known = new Map(steps.map((step) => [step.name, step.dependencies]));
  const before = new Map<string, ReadonlySet<string>>();
  const allBefore = (name: string): ReadonlySet<string> => {
    const found = before.get(name);
    if (found) {
      return found;
    }
    const all = new Set<string>();
    before.set(name, all);
    for (const dependency of known.get(name) ?? []) {
      all.add(dependency);
      for (const earlier of allBefore(dependency)) {
        all.add(earlier);
      }
    }
    return all;
  };
  return steps.flatMap(({ name, dependencies }) =>
    dependencies
      .filter((from) => known.has(from))
      .filter((from) => !dependencies.some((other) => other !== from && allBefore(other).has(from)))
      .map((from) => ({ from, to: name })),
  );
}

export type Arrow = 'ArrowRight' | 'ArrowLeft' | 'ArrowDown' | 'ArrowUp';

/** Where an arrow key leads from a step: along the dependencies, or to the nearest step beside it. */
export function neighbour(
  steps: readonly Shape[],
  boxes: ReadonlyMap<string, Box>,
  from: string,
  key: Arrow,
  direction: Direction,
): string | undefined {
  const at = boxes.get(from);
  const [forward, back] = direction === 'LR' ? ['ArrowRight', 'ArrowLeft'] : ['ArrowDown', 'ArrowUp'];
  if (!at) {
    return undefined;
  }
  if (key === forward) {
    const after = steps.filter((step) => step.dependencies.includes(from)).map(({ name }) => name);
    return nearest(after, boxes, at);
  }
  if (key === back) {
    return nearest(steps.find(({ name }) => name === from)?.dependencies ?? [], boxes, at);
  }
  const [across, along] = direction === 'LR' ? (['y', 'x'] as const) : (['x', 'y'] as const);
  const sign = key === 'ArrowDown' || key === 'ArrowRight' ? 1 : -1;
  const beside = steps
    .map(({ name }) => ({ name, box: boxes.get(name) }))
    .filter(({ box }) => box !== undefined && (box[across] - at[across]) * sign > 0)
    .map(({ name, box }) => ({
      name,
      far: Math.abs((box?.[across] ?? 0) - at[across]) + 4 * Math.abs((box?.[along] ?? 0) - at[along]),
    }));
  return beside.sort((a, b) => a.far - b.far)[0]?.name;
}

function nearest(names: readonly string[], boxes: ReadonlyMap<string, Box>, at: Box): string | undefined {
  const far = (name: string) => {
    const box = boxes.get(name);
    return box ? Math.hypot(box.x - at.x, box.y - at.y) : Number.POSITIVE_INFINITY;
  };
  return [...names].sort((a, b) => far(a) - far(b))[0];
}
