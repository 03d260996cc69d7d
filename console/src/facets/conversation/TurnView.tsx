import { Brain, ChevronLeft, ChevronRight, FileText, Pencil, RotateCcw, TriangleAlert } from 'lucide-react';
import { memo, type ReactNode, use, useMemo, useRef, useState } from 'react';
import type { Citation, Turn } from 'sessiond';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Blocks } from '../../ui/blocks.ts';
import { CopyButton } from '../../ui/Copy.tsx';
import { duration } from '../../ui/duration.ts';
import { sentence } from '../../ui/fieldErrors.ts';
import { CodeContext, MarkdownBlocks, MarksContext } from '../../ui/Markdown.tsx';
import { counted, grouped } from '../../ui/numbers.ts';
import { stateOf } from '../../ui/states.ts';
import { Ago } from '../../ui/Times.tsx';
import { CitationDialog, CitationsContext, Cited, Sources } from './Citations.tsx';
import { CodeBlock } from './CodeBlock.tsx';
import { Folded } from './Folded.tsx';
import { FilesContext } from './files.ts';
import { useLive, useSteps } from './live.ts';
import { TextBox } from './TextBox.tsx';
import { Tools } from './Tools.tsx';
import css from './TurnView.module.css';
import type { TurnActs } from './useChat.ts';

/** How many lines of a question are shown at first. */
const LINES = 16;

export interface TurnViewProps {
  turn: Turn;
  /** The branches at its place, oldest first. */
  siblings: readonly Turn[];
  acts: TurnActs;
  /** Whether the session accepts changes. */
  active: boolean;
  editing: boolean;
  onEdit: (turn: Turn | undefined) => void;
}

/** A question and its answer. */
export const TurnView = memo(({ turn, siblings, acts, active, editing, onEdit }: TurnViewProps) => {
  const picker = siblings.length > 1 && <Picker turn={turn} siblings={siblings} choose={acts.choose} active={active} />;
  // Branches of which the question differs are chosen at the question, others at the answer.
  const isEdited = siblings.some(({ text }) => text !== turn.text);
  return (
    <>
      <div className={css.question}>
        {editing ? (
          <EditQuestion turn={turn} edit={acts.edit} onClose={() => onEdit(undefined)} />
        ) : (
          <>
            <Question text={turn.text} />
            <About turn={turn} />
            <div className={css.tools}>
              <span className={css.quiet}>
                <Ago time={turn.queued_at} />
              </span>
              <span className={css.hover}>
                <CopyButton text={turn.text} label="Copy the question" />
                {active && <IconButton label="Edit the question" icon={<Pencil />} onClick={() => onEdit(turn)} />}
              </span>
              {isEdited && picker}
            </div>
          </>
        )}
      </div>
      <AnswerView key={turn.turn_id} turn={turn} acts={acts} active={active} picker={!isEdited && picker} />
    </>
  );
});

function Question({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  const lines = text.split('\n');
  const long = lines.length > LINES + 4 || text.length > 2_400;
  const begin = lines.slice(0, LINES).join('\n').slice(0, 1_600);
  return (
    <div className={css.bubble}>
      <span className="hidden">You: </span>
      {long && !open ? `${begin}…` : text}
      {long && (
        <Button look="quiet" className={css.more ?? ''} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Show less' : 'Show all'}
        </Button>
      )}
    </div>
  );
}

/** The files that a question is about, and that it is answered from files alone. */
function About({ turn: { files: ids = [], mode } }: { turn: Turn }) {
  const files = use(FilesContext);
  const names = files ? ids.map((id) => files.get(id)?.name ?? 'a removed file') : [];
  if (names.length === 0 && mode !== 'query') {
    return null;
  }
  return (
    <p className={css.about}>
      {names.length > 0 && <FileText size={13} aria-hidden="true" />}
      <span className="hidden">{names.length > 0 ? 'About: ' : ''}</span>
      <span>{[...names, ...(mode === 'query' ? ['From the files only'] : [])].join(' · ')}</span>
    </p>
  );
}

/** Another question in the place of this one. */
function EditQuestion({ turn, edit, onClose }: { turn: Turn; edit: TurnActs['edit']; onClose: () => void }) {
  const [text, setText] = useState(turn.text);
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    if (text.trim() === '' || busy) {
      return;
    }
    setBusy(true);
    if (await edit(turn, text)) {
      onClose();
    } else {
      setBusy(false);
    }
  };
  return (
    <form
      className={css.edit}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <TextBox
        label="Another question"
        value={text}
        onChange={setText}
        onSubmit={() => void submit()}
        onEscape={onClose}
        autoFocus
      />
      <div className={css.editTools}>
        <span className={css.quiet}>The earlier question and its answer stay as a branch.</span>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" disabled={busy || text.trim() === ''}>
          Send
        </Button>
      </div>
    </form>
  );
}

/** Which branch is shown, and the ways to the others. */
function Picker({
  turn,
  siblings,
  choose,
  active,
}: {
  turn: Turn;
  siblings: readonly Turn[];
  choose: TurnActs['choose'];
  active: boolean;
}) {
  const at = siblings.findIndex(({ turn_id }) => turn_id === turn.turn_id);
  const [before, after] = [siblings[at - 1], siblings[at + 1]];
  // A button that is disabled would lose the focus at the last branch.
  return (
    // biome-ignore lint/a11y/useSemanticElements: two buttons and a number are no fieldset.
    <span
      className={css.picker}
      role="group"
      aria-label="Branches"
      data-branch={at + 1}
      data-branches={siblings.length}
    >
      <IconButton
        label="Earlier branch"
        icon={<ChevronLeft />}
        aria-disabled={!before || !active}
        onClick={() => before && active && void choose(before)}
      />
      <span>
        {at + 1}/{siblings.length}
      </span>
      <IconButton
        label="Later branch"
        icon={<ChevronRight />}
        aria-disabled={!after || !active}
        onClick={() => after && active && void choose(after)}
      />
    </span>
  );
}

/** The answer as far as it has come, or how it ended. */
function AnswerView({
  turn,
  acts,
  active,
  picker,
}: {
  turn: Turn;
  acts: TurnActs;
  active: boolean;
  picker: ReactNode;
}) {
  const runs = turn.status === 'running';
  const wasLive = useRef(runs);
  const live = useLive(turn, acts.put);
  const text = runs ? (live?.text ?? turn.answer) : turn.answer;
  const reasoning = (runs ? (live?.reasoning ?? turn.reasoning) : turn.reasoning) ?? '';
  const shown = useSteps(text, wasLive.current);
  const blocks = useRef(new Blocks());
  const parts = useMemo(() => blocks.current.of(shown, runs), [shown, runs]);
  const [opened, setOpened] = useState<Citation>();
  const cited = turn.citations;
  const citations = useMemo(
    () => ({ of: new Map(cited?.map((citation) => [citation.number, citation])), open: setOpened }),
    [cited],
  );
  return (
    <div className={css.answer} data-answer={turn.status} aria-busy={runs}>
      <span className="hidden">Assistant: </span>
      {reasoning !== '' && <Reasoning text={reasoning} live={runs && text === ''} />}
      {turn.tools && turn.tools.length > 0 && <Tools tools={turn.tools} live={runs} />}
      {parts.length > 0 && (
        <div className={css.text} data-open={runs || undefined}>
          <CodeContext value={CodeBlock}>
            <MarksContext value={Cited}>
              <CitationsContext value={citations}>
                <MarkdownBlocks blocks={parts} />
              </CitationsContext>
            </MarksContext>
          </CodeContext>
        </div>
      )}
      {runs && text === '' && reasoning === '' && !turn.tools?.length && (
        <p className={css.waits}>
          <span className={css.dots} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span className="hidden">The answer has not begun.</span>
        </p>
      )}
      {!runs && turn.answer !== '' && citations.of.size === 0 && (turn.sources?.length ?? 0) > 0 && (
        <Sources sources={turn.sources ?? []} />
      )}
      {opened && <CitationDialog citation={opened} onClose={() => setOpened(undefined)} />}
      {!runs && <Ending turn={turn} retry={active ? acts.retry : undefined} />}
      {(!runs || picker) && (
        <div className={css.tools}>
          {!runs && (
            <>
              {text !== '' && <CopyButton text={text} label="Copy the answer" />}
              {active && turn.status === 'completed' && (
                <IconButton
                  label="Retry"
                  title="Answer again"
                  icon={<RotateCcw />}
                  onClick={() => void acts.retry(turn)}
                />
              )}
            </>
          )}
          {picker}
          {!runs && <Used turn={turn} />}
        </div>
      )}
    </div>
  );
}

/** The model's reasoning, folded. */
function Reasoning({ text, live }: { text: string; live: boolean }) {
  const title = (
    <>
      <Brain size={14} aria-hidden="true" />
      <span className={live ? css.beats : undefined}>{live ? 'Reasoning…' : 'Reasoning'}</span>
      <span className={css.quiet}>{counted(text.split(/\s+/).filter(Boolean).length, 'word')}</span>
    </>
  );
  return (
    <Folded title={title}>
      <p className={css.reasoning}>{text}</p>
    </Folded>
  );
}

/** Why there is no whole answer, or what is amiss with it, and the way to another try. */
function Ending({ turn, retry }: { turn: Turn; retry: TurnActs['retry'] | undefined }) {
  if (turn.status === 'completed') {
    return turn.reason ? (
      <p className={css.ending} data-tone="warn">
        <TriangleAlert size={15} aria-hidden="true" />
        <span>{sentence(turn.reason)}</span>
      </p>
    ) : turn.finish === 'length' ? (
      <p className={css.ending} data-tone="warn">
        <TriangleAlert size={15} aria-hidden="true" />
        <span>The answer has the maximum number of tokens and is cut off there.</span>
      </p>
    ) : turn.answer.trim() === '' ? (
      <p className={css.quiet}>The answer is empty.</p>
    ) : null;
  }
  const { word, tone, means } = stateOf('turn', turn.status);
  const reason = turn.reason ?? '';
  const told =
    turn.status === 'stopped' && turn.answer === ''
      ? 'Somebody stopped it before its answer began.'
      : turn.status === 'stopped' || reason === ''
        ? means
        : sentence(reason);
  return (
    <div className={css.ending} data-tone={tone} data-reason={reason || undefined}>
      <TriangleAlert size={15} aria-hidden="true" />
      <span>
        <strong>{word.charAt(0).toUpperCase() + word.slice(1)}.</strong> {told}
      </span>
      {retry && (
        <Button icon={<RotateCcw />} onClick={() => void retry(turn)}>
          Retry
        </Button>
      )}
    </div>
  );
}

/** What an answer took: the model, its tokens and its time. */
function Used({ turn: { usage, began_at, ended_at } }: { turn: Turn }) {
  const took = began_at && ended_at ? Date.parse(ended_at) - Date.parse(began_at) : undefined;
  const tokens = usage?.output_tokens ? counted(usage.output_tokens, 'token') : undefined;
  const title = usage
    ? `${grouped(usage.input_tokens ?? 0)} tokens read, ${grouped(usage.output_tokens ?? 0)} written`
    : undefined;
  const parts = [usage?.model, tokens, took === undefined ? undefined : duration(took)].filter(Boolean);
  return (
    <span className={`${css.quiet} ${css.used}`} title={title}>
      {parts.join(' · ')}
    </span>
  );
}
