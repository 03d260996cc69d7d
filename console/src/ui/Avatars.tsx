import css from './Avatars.module.css';

/** How many stand beside each other before the rest is a number. */
const SHOWN = 3;

/** The first letters of an agent's own name: `opencode://backend` is `ba`. */
export function initials(agentId: string): string {
  const name = agentId.split('://').at(-1) || agentId;
  const [first = '', second] = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  return second ? first.charAt(0) + second.charAt(0) : first.slice(0, 2);
}

/** One of a few tints, the same for an agent everywhere. */
const tintOf = (agentId: string): number =>
  [...agentId].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9_973, 7) % 4;

/** Agents in little room; their ids are the tooltip. */
export function Avatars({ of }: { of: readonly string[] }) {
  if (of.length === 0) {
    return null;
  }
  const shown = of.length > SHOWN + 1 ? of.slice(0, SHOWN) : of;
  return (
    <span className={css.avatars} role="img" aria-label={of.join(', ')} title={of.join('\n')}>
      {shown.map((agent) => (
        <span key={agent} className={css.avatar} data-tint={tintOf(agent)}>
          {initials(agent)}
        </span>
      ))}
      {of.length > shown.length && <span className={css.rest}>+{of.length - shown.length}</span>}
    </span>
  );
}
