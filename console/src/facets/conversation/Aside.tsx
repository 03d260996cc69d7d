import { useNavigate } from '@tanstack/react-router';
import { Layers, MessageSquarePlus } from 'lucide-react';
import type { Session } from 'sessiond';
import { Button } from '../../ui/Button.tsx';
import { Id } from '../../ui/Copy.tsx';
import { grouped } from '../../ui/numbers.ts';
import { Facts } from '../../ui/Section.tsx';
import { Ago } from '../../ui/Times.tsx';
import css from './Aside.module.css';
import type { Known } from './turns.ts';
import { useNewChat } from './useNewChat.ts';

/** What is known of the session and its conversation, beside it where there is room. */
export function Aside({ session, known }: { session: Session; known: Known }) {
  const newChat = useNewChat();
  const navigate = useNavigate();
  const { turns, tree, path } = known;
  let [read, written] = [0, 0];
  for (const { usage } of turns.values()) {
    read += usage?.input_tokens ?? 0;
    written += usage?.output_tokens ?? 0;
  }
  const branches = tree.branches;
  return (
    <aside className={css.aside} aria-label="This session">
      <h2 className={css.title}>Session</h2>
      <Facts
        of={[
          ['Id', <Id key="id">{session.session_id}</Id>],
          ...(session.client_id ? [['Client', session.client_id] as const] : []),
          ['Created', <Ago key="created" time={session.created_at} />],
          ['Last activity', <Ago key="activity" time={session.last_activity} />],
          ...(session.expires_at ? [['Expires', <Ago key="expires" time={session.expires_at} />] as const] : []),
        ]}
      />
      <h2 className={css.title}>Conversation</h2>
      <Facts
        of={[
          ['Turns', branches > 1 ? `${grouped(path.length)} of ${grouped(turns.size)}` : grouped(path.length)],
          ...(branches > 1 ? [['Branches', grouped(branches)] as const] : []),
          ['Tokens read', grouped(read)],
          ['Tokens written', grouped(written)],
          ...(session.files ? [['Files', grouped(session.files.count)] as const] : []),
        ]}
      />
      {newChat && (
        <div className={css.ways}>
          <Button icon={<MessageSquarePlus />} onClick={newChat}>
            New chat
          </Button>
          <Button
            look="quiet"
            icon={<Layers />}
            onClick={() => void navigate({ to: '/sessions', search: { kind: 'assistant' } })}
          >
            All chats
          </Button>
        </div>
      )}
    </aside>
  );
}
