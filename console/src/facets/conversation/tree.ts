import type { Turn } from 'sessiond';

/** Whether a turn is part of what was said: it began, and was not rolled back. */
export const isSaid = (turn: Turn): boolean => turn.began_at != null && turn.status !== 'rolled_back';

/** Whether a turn waits or runs. */
export const isOpen = ({ status }: Turn): boolean => status === 'queued' || status === 'running';

/** The turns of a conversation, which are a tree: each follows its parent, and the children of one parent are branches. */
export class Tree {
  private readonly children = new Map<string | null, Turn[]>();

  constructor(private readonly turns: ReadonlyMap<string, Turn>) {
    const said = [...turns.values()].filter(isSaid).sort((one, other) => one.revision - other.revision);
    for (const turn of said) {
      const parent = this.parentOf(turn);
      const siblings = this.children.get(parent);
      if (siblings) {
        siblings.push(turn);
      } else {
        this.children.set(parent, [turn]);
      }
    }
  }

  /** The turn that this one follows; a turn that is not part of what was said is passed over. Null at the beginning. */
  private parentOf(turn: Turn): string | null {
    const seen = new Set<string>();
    let parent = turn.parent == null ? undefined : this.turns.get(turn.parent);
    while (parent && !isSaid(parent) && !seen.has(parent.turn_id)) {
      seen.add(parent.turn_id);
      parent = parent.parent == null ? undefined : this.turns.get(parent.parent);
    }
    return parent?.turn_id ?? null;
  }

  /** The turns from the beginning to `head`. */
  path(head: string | null): Turn[] {
    const path: Turn[] = [];
    const seen = new Set<string>();
    for (let id = head; id !== null && !seen.has(id); ) {
      seen.add(id);
      const turn = this.turns.get(id);
      if (!turn) {
        break;
      }
      if (isSaid(turn)) {
        path.push(turn);
      }
      id = this.parentOf(turn);
    }
    return path.reverse();
  }

  /** The branches at a turn's place, oldest first, itself included. */
  siblings(turn: Turn): readonly Turn[] {
    return this.children.get(this.parentOf(turn)) ?? [turn];
  }

  /** The end of the branch that begins with a turn: its newest continuation. */
  end(turn: Turn): Turn {
    let end = turn;
    for (let next = this.children.get(end.turn_id)?.at(-1); next; next = this.children.get(end.turn_id)?.at(-1)) {
      end = next;
    }
    return end;
  }

  /** How many branches the conversation has: ends that nothing follows. */
  get branches(): number {
    const said = [...this.children.values()].flat();
    return said.filter((turn) => !this.children.has(turn.turn_id)).length;
  }
}
