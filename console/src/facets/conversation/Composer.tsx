import { ArrowUp, CornerDownLeft, Files, Paperclip, Square, Undo2 } from 'lucide-react';
import { type RefObject, use, useEffect, useId, useRef, useState } from 'react';
import type { Turn } from 'sessiond';
import { Button, IconButton } from '../../ui/Button.tsx';
import { draftOf, dropDraft, keepDraft } from '../../ui/drafts.ts';
import { ProblemView } from '../../ui/Problem.tsx';
import { Attachments } from './Attachments.tsx';
import css from './Composer.module.css';
import { FilesContext } from './files.ts';
import { TextBox } from './TextBox.tsx';
import { isOpen, namedBy, type Upload, type Uploads } from './uploads.ts';
import type { Chat } from './useChat.ts';

/** How long a message may take to begin, in milliseconds. */
const MOMENT = 400;

/** Where a message is written, and what waits to be answered. */
export function Composer({
  chat,
  sessionId,
  uploads,
  shown,
  hasFiles,
  onChoose,
  box,
  onSent,
  onUp,
}: {
  chat: Chat;
  sessionId: string;
  uploads: Uploads;
  shown: readonly Upload[];
  /** Whether the session has files. */
  hasFiles: boolean;
  /** Asks for files. */
  onChoose: () => void;
  box: RefObject<HTMLTextAreaElement | null>;
  onSent: (text: string) => void;
  onUp: () => void;
}) {
  const name = `chat/${sessionId}`;
  const id = useId();
  const [text, setText] = useState(() => draftOf<string>(name) ?? '');
  const { known, acts } = chat;
  const files = use(FilesContext);
  const change = (next: string) => {
    setText(next);
    if (next === '') {
      dropDraft(name);
    } else {
      keepDraft(name, next);
    }
  };
  const [filesOnly, setFilesOnly] = useState(() => draftOf<boolean>(`${name}/files-only`) ?? false);
  const toggle = () => {
    setFilesOnly(!filesOnly);
    if (filesOnly) {
      dropDraft(`${name}/files-only`);
    } else {
      keepDraft(`${name}/files-only`, true);
    }
  };
  const uploading = shown.some(isOpen);
  const latest = useRef(text);
  latest.current = text;
  const before = useRef(Promise.resolve());
  /** The box is free for the next message at once; one that is not accepted comes back. */
  const send = () => {
    // A message that is about files waits for them.
    if (text.trim() === '' || uploading) {
      return;
    }
    const taken = uploads.take();
    const named = namedBy(taken);
    const about = {
      ...(named.length === 0 ? {} : { files: named }),
      ...(filesOnly && hasFiles ? { mode: 'query' as const } : {}),
    };
    // The draft stays until the message is accepted.
    setText('');
    before.current = before.current.then(async () => {
      if (await chat.send({ text, ...about })) {
        if (latest.current === '') {
          dropDraft(name);
        }
        onSent(text);
      } else {
        uploads.putBack(taken);
        setText((now) => (now === '' ? text : `${text}\n${now}`));
      }
    });
    box.current?.focus();
  };
  /** A message that waits comes back into the box, unless another one is there. */
  const takeBack = async (turn: Turn) => {
    if ((await acts.stop(turn)) && text.trim() === '') {
      change(turn.text);
      uploads.name(turn.files?.flatMap((id) => files?.get(id) ?? []) ?? []);
    }
    box.current?.focus();
  };
  const { running } = known;
  return (
    <div className={css.foot}>
      {chat.problem !== undefined && (
        <div className={css.problem}>
          <ProblemView error={chat.problem} />
          <Button look="quiet" onClick={chat.dismiss}>
            Dismiss
          </Button>
        </div>
      )}
      <Queue turns={known.queued} running={running !== undefined} takeBack={takeBack} />
      <form
        className={css.composer}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Attachments uploads={uploads} shown={shown} />
        <TextBox
          ref={box}
          label="Message to the assistant"
          placeholder={running ? 'Write the next message' : 'Write a message'}
          aria-describedby={`${id}-keys`}
          value={text}
          onChange={change}
          onSubmit={send}
          onUp={onUp}
        />
        <div className={css.tools}>
          <IconButton label="Add files" icon={<Paperclip />} onClick={onChoose} />
          {hasFiles && (
            <Button
              look="quiet"
              icon={<Files />}
              className={css.filesOnly ?? ''}
              aria-pressed={filesOnly}
              title={filesOnly ? 'The next answer is made of the files alone' : 'Answer from the files only'}
              onClick={toggle}
            >
              <span>
                <span className={css.long}>Answer from the </span>files only
              </span>
            </Button>
          )}
          <span className={css.keys} id={`${id}-keys`}>
            <CornerDownLeft size={12} aria-hidden="true" />
            {uploading
              ? 'The message waits for its files'
              : running || known.queued.length > 0
                ? 'Enter adds it to the queue'
                : 'Enter sends, Shift+Enter begins a new line'}
          </span>
          {running && (
            <Button
              icon={<Square fill="currentColor" />}
              onClick={() => {
                box.current?.focus();
                void acts.stop(running);
              }}
            >
              Stop
            </Button>
          )}
          <IconButton
            type="submit"
            label="Send"
            icon={<ArrowUp />}
            className={css.send}
            disabled={text.trim() === '' || uploading}
          />
        </div>
      </form>
    </div>
  );
}

/** The messages that wait, the next one first. */
function Queue({
  turns,
  running,
  takeBack,
}: {
  turns: readonly Turn[];
  running: boolean;
  takeBack: (turn: Turn) => Promise<void>;
}) {
  // A message that nothing is before begins at once: it is not shown as one that waits, unless it does.
  const waits = running || turns.length > 1;
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!waits && turns.length > 0) {
      const timer = setTimeout(() => setLate(true), MOMENT);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [waits, turns.length]);
  if (turns.length === 0 || !(waits || late)) {
    return null;
  }
  return (
    <section className={css.queue} aria-label="Messages that wait">
      <ol>
        {turns.map((turn, place) => (
          <li key={turn.turn_id} data-queued={turn.turn_id}>
            <span className={css.place} title={`${place + Number(running)} before it`}>
              {place + 1}
            </span>
            <span className={css.waiting} title={turn.text}>
              {turn.text}
            </span>
            <Button
              look="quiet"
              icon={<Undo2 />}
              aria-label={`Take back: ${turn.text.slice(0, 80)}`}
              onClick={() => void takeBack(turn)}
            >
              Take back
            </Button>
          </li>
        ))}
      </ol>
    </section>
  );
}
