import './tokens.css';
import {
  Bot,
  ChevronDown,
  ChevronUp,
  Ellipsis,
  FileDown,
  Files,
  MessageSquarePlus,
  Paperclip,
  Search,
  SlidersHorizontal,
  Trash2,
  X,
} from 'lucide-react';
import { type ClipboardEvent, type DragEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Session, Turn } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { download } from '../../data/download.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { sentence } from '../../ui/fieldErrors.ts';
import { Menu, MenuItem, MenuSeparator } from '../../ui/Menu.tsx';
import { counted } from '../../ui/numbers.ts';
import { ProblemView } from '../../ui/Problem.tsx';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { stateOf } from '../../ui/states.ts';
import { toast } from '../../ui/Toast.tsx';
import type { PanelProps } from '../facet.ts';
import { Aside } from './Aside.tsx';
import css from './ChatPanel.module.css';
import { Composer } from './Composer.tsx';
import { AssistantDialog, ClearDialog } from './dialogs.tsx';
import { exported } from './export.ts';
import { FilesDialog } from './FilesDialog.tsx';
import { FilesContext, useFiles } from './files.ts';
import { type Find, useFind } from './find.ts';
import { MessageList, type MessageListHandle } from './MessageList.tsx';
import { titleOf } from './title.ts';
import { useUploads } from './uploads.ts';
import { type Chat, useChat } from './useChat.ts';

/** A person's conversation with the session's assistant. */
export default function ChatPanel({ session, feed }: PanelProps) {
  const client = useClient();
  const chat = useChat(session, feed);
  const { known } = chat;
  const { path } = known;
  const list = useRef<MessageListHandle>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const [dialog, setDialog] = useState<'assistant' | 'clear' | 'files'>();
  const [finding, setFinding] = useState(false);
  const [editing, setEditing] = useState<string>();
  const find = useFind(path, finding, (place, text) => list.current?.show(place, text));
  const active = session.status === 'active';
  const { uploads, shown } = useUploads(session.session_id);
  const onRemoved = useCallback((ids: readonly string[]) => uploads.forget(ids), [uploads]);
  const files = useFiles(session, feed, onRemoved);
  const byId = useMemo(
    () => (files.data ? new Map(files.data.files.map((file) => [file.file_id, file])) : undefined),
    [files.data],
  );
  const fileCount = files.data?.files.length ?? session.files?.count ?? 0;
  const chooser = useRef<HTMLInputElement>(null);
  const choose = () => chooser.current?.click();
  const drop = useDrop(active, (chosen) => {
    chosen.folders.forEach((name) => {
      uploads.refuse(name, 'A folder cannot be added. Choose the files in it.');
    });
    uploads.add(chosen.files);
    setDialog(undefined);
    box.current?.focus();
  });
  const newest = path.at(-1);

  const closeFind = () => {
    setFinding(false);
    box.current?.focus();
  };
  const onEdit = useCallback((turn: Turn | undefined) => {
    setEditing(turn?.turn_id);
    if (!turn) {
      box.current?.focus();
    }
  }, []);
  useShortcuts({
    '/': () => setFinding(true),
    i: () => box.current?.focus(),
  });
  // Who opens a conversation writes; on a screen without a keyboard this would cover half of it.
  const { loaded } = known;
  useEffect(() => {
    if (loaded && matchMedia('(hover: hover)').matches && document.activeElement === document.body) {
      box.current?.focus({ preventScroll: true });
    }
  }, [loaded]);

  return (
    <FilesContext value={byId}>
      <section
        className={css.panel}
        aria-label="Conversation"
        data-turns={known.loaded ? path.length : undefined}
        data-files={files.data?.files.length}
        {...drop.handlers}
      >
        <input
          ref={chooser}
          type="file"
          multiple
          hidden
          aria-label="Files for the assistant"
          onChange={({ target }) => {
            uploads.add(target.files ?? []);
            // The same file can be chosen again.
            target.value = '';
            setDialog(undefined);
            box.current?.focus();
          }}
        />
        {drop.over && (
          <p className={css.drop} data-drop="">
            <Paperclip size={20} aria-hidden="true" />
            Drop files for the assistant here
          </p>
        )}
        <header className={css.bar}>
          {finding ? (
            <FindBar find={find} onClose={closeFind} />
          ) : (
            <>
              <Button
                look="quiet"
                icon={<SlidersHorizontal />}
                onClick={() => setDialog('assistant')}
                disabled={!active}
              >
                <span className={css.model}>{session.conversation?.assistant.model ?? 'Assistant'}</span>
              </Button>
              <span className={css.space} />
              {fileCount > 0 && (
                <Button look="quiet" icon={<Files />} onClick={() => setDialog('files')}>
                  {counted(fileCount, 'file')}
                </Button>
              )}
              <IconButton label="Find in the conversation" icon={<Search />} onClick={() => setFinding(true)} />
              <Menu trigger={<IconButton label="Conversation" icon={<Ellipsis />} />}>
                <MenuItem
                  icon={<FileDown />}
                  why={path.length === 0 ? 'Nothing was said.' : undefined}
                  onSelect={() => {
                    download(`${session.session_id}.md`, exported(session, path), 'text/markdown');
                    toast(`Conversation exported: ${session.session_id}.md`);
                  }}
                >
                  Export as Markdown
                </MenuItem>
                <MenuItem icon={<Files />} onSelect={() => setDialog('files')}>
                  Files…
                </MenuItem>
                <MenuItem
                  icon={<SlidersHorizontal />}
                  why={active ? undefined : `The session is ${session.status}.`}
                  onSelect={() => setDialog('assistant')}
                >
                  Assistant…
                </MenuItem>
                <MenuSeparator />
                <MenuItem
                  icon={<Trash2 />}
                  danger
                  why={
                    !active
                      ? `The session is ${session.status}.`
                      : known.turns.size + fileCount === 0
                        ? 'It is empty.'
                        : undefined
                  }
                  onSelect={() => setDialog('clear')}
                >
                  Clear…
                </MenuItem>
              </Menu>
            </>
          )}
        </header>
        <div className={css.columns}>
          <div className={css.column}>
            {known.error !== undefined && <ProblemView error={known.error} retry={chat.reload} />}
            {!known.loaded ? (
              <p className={css.opening} role="status">
                {known.error === undefined && 'Opening the conversation…'}
              </p>
            ) : path.length === 0 ? (
              <Beginning session={session} onSettings={() => setDialog('assistant')} />
            ) : (
              <MessageList
                ref={list}
                known={known}
                acts={chat.acts}
                active={active}
                editing={editing}
                onEdit={onEdit}
                mark={finding ? find.text : ''}
              />
            )}
            <Elsewhere chat={chat} />
            <Announcer known={known} />
            {active ? (
              <Composer
                key={session.session_id}
                chat={chat}
                sessionId={session.session_id}
                uploads={uploads}
                shown={shown}
                hasFiles={fileCount > 0}
                onChoose={choose}
                box={box}
                onSent={(text) => {
                  list.current?.toEnd();
                  if (session.name == null && path.length === 0) {
                    // Who may write may also rename; where that fails, nothing is lost.
                    client.sessions.update(session.session_id, { name: titleOf(text) }).catch(() => undefined);
                  }
                }}
                onUp={() => newest && setEditing(newest.turn_id)}
              />
            ) : (
              <p className={css.ended}>
                The session is {session.status}, and accepts no more messages. A fork of it does: choose Actions, Fork.
              </p>
            )}
          </div>
          {known.loaded && <Aside session={session} known={known} />}
        </div>
        {dialog === 'assistant' && <AssistantDialog session={session} onClose={() => setDialog(undefined)} />}
        {dialog === 'clear' && <ClearDialog session={session} onClose={() => setDialog(undefined)} />}
        {dialog === 'files' && (
          <FilesDialog
            list={files.data}
            error={files.error}
            active={active}
            onAdd={choose}
            onClose={() => setDialog(undefined)}
          />
        )}
      </section>
    </FilesContext>
  );
}

/** Files that are dropped on the conversation, or pasted into it. */
function useDrop(active: boolean, onFiles: (chosen: { files: File[]; folders: string[] }) => void) {
  const [over, setOver] = useState(false);
  const hasFiles = (event: DragEvent) => active && event.dataTransfer.types.includes('Files');
  const handlers = {
    onDragOver: (event: DragEvent) => {
      if (hasFiles(event)) {
        event.preventDefault();
        setOver(true);
      }
    },
    onDragLeave: (event: DragEvent) => {
      if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) {
        setOver(false);
      }
    },
    onDrop: (event: DragEvent) => {
      if (!hasFiles(event)) {
        return;
      }
      event.preventDefault();
      setOver(false);
      const [files, folders]: [File[], string[]] = [[], []];
      for (const item of event.dataTransfer.items) {
        const file = item.getAsFile();
        if (file && item.webkitGetAsEntry()?.isDirectory) {
          folders.push(file.name);
        } else if (file) {
          files.push(file);
        }
      }
      onFiles({ files, folders });
    },
    onPaste: (event: ClipboardEvent) => {
      const files = [...event.clipboardData.files];
      // A table that is copied comes as a picture too.
      if (active && files.length > 0 && !event.clipboardData.types.includes('text/plain')) {
        event.preventDefault();
        onFiles({ files, folders: [] });
      }
    },
  };
  return { over, handlers };
}

/** A conversation in which nothing was said yet: what it is, and what to do. */
function Beginning({ session, onSettings }: { session: Session; onSettings: () => void }) {
  const { prompt, model } = session.conversation?.assistant ?? {};
  return (
    <div className={css.beginning} data-empty="">
      <span className={css.mark} aria-hidden="true">
        <Bot size={26} />
      </span>
      <h2>Write the first message</h2>
      <p>
        {model ? (
          <>
            <code>{model}</code> answers.{' '}
          </>
        ) : (
          'The server’s model answers. '
        )}
        An answer continues when you close this page, and any tab can stop it. Drop files here to ask about them.
      </p>
      {prompt ? (
        <blockquote className={css.prompt}>{prompt}</blockquote>
      ) : (
        <Button icon={<SlidersHorizontal />} onClick={onSettings}>
          Set how the assistant behaves
        </Button>
      )}
    </div>
  );
}

/** An answer that is written in a branch which is not shown. */
function Elsewhere({ chat: { known, acts } }: { chat: Chat }) {
  const { running, path } = known;
  if (!running || path.some(({ turn_id }) => turn_id === running.turn_id)) {
    return null;
  }
  return (
    <p className={css.elsewhere} role="status">
      <MessageSquarePlus size={15} aria-hidden="true" />
      An answer is being written in another branch.
      <Button look="quiet" onClick={() => void acts.choose(running)}>
        Show it
      </Button>
    </p>
  );
}

/** Tells a screen reader that an answer begins and how it ended, and not each word of it. */
function Announcer({ known: { running, turns } }: { known: Chat['known'] }) {
  const [said, setSaid] = useState('');
  const before = useRef<string>(undefined);
  const id = running?.turn_id;
  useEffect(() => {
    if (id !== undefined && id !== before.current) {
      setSaid('The assistant is answering.');
    } else if (id === undefined && before.current !== undefined) {
      const turn = turns.get(before.current);
      setSaid(
        turn?.status === 'completed'
          ? 'The answer is complete.'
          : turn
            ? `The answer is not complete: ${stateOf('turn', turn.status).word}. ${sentence(turn.reason ?? '')}`
            : '',
      );
    }
    before.current = id;
  }, [id, turns]);
  return (
    <p className="hidden" role="status" data-announced="">
      {said}
    </p>
  );
}

function FindBar({ find, onClose }: { find: Find; onClose: () => void }) {
  const { text, hits, at, change, step } = find;
  return (
    // biome-ignore lint/a11y/useSemanticElements: this is older than the element.
    <div role="search" className={css.find}>
      <Search size={15} aria-hidden="true" />
      <input
        type="search"
        aria-label="Find in the conversation"
        placeholder="Find in the conversation"
        autoComplete="off"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: who opens it writes into it.
        autoFocus
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            step(event.shiftKey ? 1 : -1);
          } else if (event.key === 'Escape') {
            onClose();
          } else {
            return;
          }
          event.preventDefault();
        }}
      />
      <span className={css.hits} role="status" data-hits={hits.length}>
        {text.trim() !== '' && (hits.length === 0 ? 'Not found' : `${at + 1} of ${hits.length}`)}
      </span>
      <IconButton label="Earlier" icon={<ChevronUp />} disabled={hits.length === 0} onClick={() => step(-1)} />
      <IconButton label="Later" icon={<ChevronDown />} disabled={hits.length === 0} onClick={() => step(1)} />
      <IconButton label="Close" icon={<X />} onClick={onClose} />
    </div>
  );
}
