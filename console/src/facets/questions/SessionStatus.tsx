import { Status } from '../../ui/Badge.tsx';

/** The status of a session; `waiting` for one that is active and has an open question. */
export function SessionStatus({ of }: { of: { status: string; open_questions?: number } }) {
  const waits = of.status === 'active' && (of.open_questions ?? 0) > 0;
  return <Status noun="session" of={waits ? 'waiting' : of.status} />;
}
