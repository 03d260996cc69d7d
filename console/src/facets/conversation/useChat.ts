import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { AddTurn, Session, Turn } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import type { Feed } from '../../data/feed.ts';
import { isGone, type Known, Turns } from './turns.ts';

/** How long the session's figures may differ from the turns that are here, in milliseconds. */
const PATIENCE = 2_000;

/** A message, the files that it is about, and what it is answered from. */
export type Message = Pick<AddTurn, 'text' | 'files' | 'mode'>;

/** What can be done in a conversation. Each is the same function as long as the session is the same. */
export interface Chat {
  known: Known;
  /** What went wrong with the last thing that was done. */
  problem: unknown;
  dismiss: () => void;
  reload: () => void;
  /** Sends a message; whether it was accepted. */
  send: (message: Message) => Promise<boolean>;
  acts: TurnActs;
}

/** What can be done with a turn. */
export interface TurnActs {
  retry: (turn: Turn) => Promise<boolean>;
  /** Asks another message in the place of this one; whether it was accepted. */
  edit: (turn: Turn, text: string) => Promise<boolean>;
  stop: (turn: Turn) => Promise<boolean>;
  /** Shows the branch that begins with this turn, in every tab. */
  choose: (turn: Turn) => Promise<boolean>;
  put: (turn: Turn) => void;
}

/** A session's conversation, as this tab has it. */
export function useChat(session: Session, feed: Feed): Chat {
  const client = useClient();
  const id = session.session_id;
  const turns = useMemo(() => new Turns(client, id), [client, id]);
  useEffect(() => turns.follow(feed), [turns, feed]);
  const known = useSyncExternalStore(turns.subscribe, turns.get);
  const [problem, setProblem] = useState<unknown>();

  // Events may be missed where retention drops them: the session's own figures say so.
  const { turns: count = 0, head } = session.conversation ?? {};
  useEffect(() => {
    const timer = setTimeout(() => {
      if (!turns.agrees(count, head)) {
        void turns.load();
      }
    }, PATIENCE);
    return () => clearTimeout(timer);
  }, [turns, count, head]);

  const { send, acts } = useMemo(() => {
    const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
      setProblem(undefined);
      try {
        await work();
        return true;
      } catch (error) {
        if (!isGone(error)) {
          setProblem(error);
        }
        return false;
      }
    };
    const send = (message: Message) => attempt(async () => turns.put(await client.conversation.addTurn(id, message)));
    const acts: TurnActs = {
      retry: ({ turn_id }) => attempt(async () => turns.put(await client.conversation.retryTurn(id, turn_id))),
      edit: ({ turn_id }, text) =>
        // Who writes the question anew does not wait for the answer to the old one.
        attempt(async () => turns.put(await client.conversation.retryTurn(id, turn_id, { text, busy: 'interrupt' }))),
      stop: ({ turn_id }) => attempt(async () => turns.put(await client.conversation.stopTurn(id, turn_id))),
      choose: (turn) =>
        attempt(async () => {
          const { head: before, tree } = turns.get();
          const end = tree.end(turn).turn_id;
          turns.moveHead(end);
          try {
            await client.conversation.moveHead(id, { turn_id: end });
          } catch (error) {
            turns.moveHead(before);
            throw error;
          }
        }),
      put: (turn) => turns.put(turn),
    };
    return { send, acts };
  }, [client, id, turns]);

  return { known, problem, dismiss: () => setProblem(undefined), reload: () => void turns.load(), send, acts };
}
