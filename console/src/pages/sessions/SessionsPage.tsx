import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { FileUp, MessageSquarePlus, Plus } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { SessionSummary } from 'sessiond';
import type { SessionsSearch } from '../../app/search.ts';
import { useTold } from '../../data/reach.ts';
import { useNewChat } from '../../facets/conversation/useNewChat.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Page } from '../../ui/Page.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { BulkActions } from './BulkActions.tsx';
import { Filters } from './Filters.tsx';
import { ImportSession } from './ImportSession.tsx';
import { NewSession } from './NewSession.tsx';
import css from './SessionsPage.module.css';
import { SessionTable } from './SessionTable.tsx';
import { useSessionList } from './useSessionList.ts';

/** What of a search is the order: it stays when the filters go. */
const orderOf = ({ sort, reverse }: SessionsSearch): SessionsSearch => ({
  ...(sort && { sort }),
  ...(reverse && { reverse }),
});

/** All sessions that one may see: found, begun, and followed as they change. */
export function SessionsPage() {
  const { new: asked, ...search } = useSearch({ from: '/sessions' });
  const navigate = useNavigate({ from: '/sessions' });
  const { list, place } = useSessionList(search);
  const searchRef = useRef<HTMLInputElement>(null);
  const problem = useTold(list.problem);
  const [dialog, setDialog] = useState<'new' | 'import'>();
  // The dialog is asked for in the address by who comes from another page; it is not part of the list.
  useEffect(() => {
    if (asked) {
      setDialog('new');
      void navigate({ search: ({ new: _, ...rest }) => rest, replace: true });
    }
  }, [asked, navigate]);
  useShortcuts({ '/': () => searchRef.current?.focus(), n: () => setDialog('new') });
  const [selected, setSelected] = useState<ReadonlyMap<string, SessionSummary>>(new Map());
  const clear = useCallback(() => setSelected(new Map()), []);
  const reload = useCallback(() => void list.restart(), [list]);
  const filtered = Object.keys(search).some((name) => name !== 'sort' && name !== 'reverse');
  const empty = list.ready && list.whole && list.length === 0;
  return (
    <Page
      title="Sessions"
      fill
      actions={
        <>
          <Button icon={<FileUp />} onClick={() => setDialog('import')}>
            Import
          </Button>
          <NewChat />
          <Button look="primary" icon={<Plus />} onClick={() => setDialog('new')}>
            New session
          </Button>
        </>
      }
    >
      <Filters search={search} searchRef={searchRef} />
      <BulkActions of={[...selected.values()]} onClear={clear} onDone={reload} />
      {problem !== undefined && <ProblemView error={problem} retry={() => void list.restart()} />}
      {/* The table stays where it is while it is empty: it is what looks for the first session. */}
      <div className={css.list} data-empty={empty || undefined}>
        <SessionTable
          key={JSON.stringify(search)}
          list={list}
          place={place}
          search={search}
          selected={selected}
          onSelect={setSelected}
          onSort={(order) => void navigate({ search: ({ sort: _, reverse: __, ...rest }) => ({ ...rest, ...order }) })}
        />
        {empty && (
          <div className={css.empty}>
            {filtered ? (
              <Empty title="No matching sessions">
                <Link to="/sessions" search={orderOf(search)}>
                  Clear the filters
                </Link>
              </Empty>
            ) : (
              <Empty title="No sessions yet" command="sessiond demo .">
                Create one with “New session”, or run the demo, in which three agents carry out a plan together.
              </Empty>
            )}
          </div>
        )}
      </div>
      <NewSession open={dialog === 'new'} onClose={() => setDialog(undefined)} />
      <ImportSession open={dialog === 'import'} onClose={() => setDialog(undefined)} />
    </Page>
  );
}

/** Creates a session with an assistant, and opens it: the first message gives it its name. */
function NewChat() {
  const newChat = useNewChat();
  return newChat ? (
    <Button icon={<MessageSquarePlus />} onClick={newChat}>
      New chat
    </Button>
  ) : null;
}
