import { useQuery } from '@tanstack/react-query';
import { Check, ChevronRight, X } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import { Problem, type Question, type Session, toJson } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { useTold } from '../../data/reach.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { draftOf, dropDraft, keepDraft } from '../../ui/drafts.ts';
import { SelectField, TextArea, TextField } from '../../ui/Field.tsx';
import { byField, FieldErrorsContext } from '../../ui/fieldErrors.ts';
import { Json } from '../../ui/Json.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { Section } from '../../ui/Section.tsx';
import { Ago } from '../../ui/Times.tsx';
import { toast } from '../../ui/Toast.tsx';
import { useFormDraft } from '../../ui/useFormDraft.ts';
import { AskerView } from './AskerView.tsx';
import { answerOf, type Field, FieldFault, fieldsOf } from './form.ts';
import css from './OpenQuestions.module.css';

/** The questions of a session that wait for an answer, each with its form. */
export function OpenQuestions({ session }: { session: Session }) {
  const client = useClient();
  const id = session.session_id;
  const { data, error } = useQuery({
    queryKey: [...keys.session(id), 'questions'],
    queryFn: ({ signal }) => client.questions.listOf(id, { status: 'open' }, { signal }),
    enabled: (session.open_questions ?? 0) > 0,
  });
  const problem = useTold(error);
  if (!session.open_questions) {
    return null;
  }
  return (
    <div className={css.questions}>
      {problem !== undefined && <ProblemView error={problem} />}
      {data?.questions.map((question, index) => (
        <QuestionView key={question.question_id} question={question} first={index === 0} />
      ))}
    </div>
  );
}

/** A question with its form; of several, only the first is open, so that the panels stay in sight. */
export function QuestionView({
  question,
  first,
  onAnswered,
}: {
  question: Question;
  first: boolean;
  onAnswered?: () => void;
}) {
  const client = useClient();
  const [error, setError] = useState<ReturnType<typeof byField>>();
  const place = useRef<HTMLDivElement>(null);
  const [sending, setSending] = useState(false);
  const [chosen, setOpen] = useState<boolean>();
  const open = chosen ?? first;
  const { session_id, question_id, kind } = question;
  const send = async (make: () => unknown) => {
    setSending(true);
    setError(undefined);
    try {
      await client.questions.answer(session_id, question_id, { answer: make() });
      dropDraft(draftName(question));
      toast('Question answered');
      onAnswered?.();
    } catch (problem) {
      const fault =
        problem instanceof FieldFault ? Problem.invalid(pointerOf(problem.field), problem.message) : problem;
      setError(byField(place.current, fault));
    } finally {
      setSending(false);
    }
  };
  return (
    <Section
      title={
        <button type="button" className={css.toggle} aria-expanded={open} onClick={() => setOpen(!open)}>
          <ChevronRight size={14} aria-hidden="true" />
          <span>{kind === 'approval' ? 'Approval' : 'Question'}</span>
          {!open && <span className={css.preview}>{question.text}</span>}
        </button>
      }
      actions={
        <>
          <AskerView question={question} />
          <span className={css.quiet}>
            asked <Ago time={question.asked_at} />
          </span>
          <Badge tone="warn">waiting</Badge>
        </>
      }
      closed={!open}
    >
      <div ref={place} className={css.question} data-question={question_id}>
        <p className={css.text}>{question.text}</p>
        {question.details !== undefined && question.details !== null && <Json value={question.details} />}
        {kind === 'approval' ? (
          <Approval name={draftName(question)} sending={sending} send={(answer) => send(() => answer)} />
        ) : (
          <FieldErrorsContext value={error?.fields ?? NO_ERRORS}>
            <Form name={draftName(question)} fields={fieldsOf(question.schema)} sending={sending} send={send} />
          </FieldErrorsContext>
        )}
        {error?.rest !== undefined && <ProblemView error={error.rest} />}
        <Terms question={question} />
      </div>
    </Section>
  );
}

/** Who may answer, until when, and what the answer is afterwards. */
function Terms({ question: { kind, answerers = [], deadline, default: fallback } }: { question: Question }) {
  if (deadline == null && answerers.length === 0) {
    return null;
  }
  return (
    <p className={css.quiet}>
      {answerers.length > 0 && `Only ${answerers.join(', ')} and administrators may answer. `}
      {deadline != null && (
        <>
          It expires <Ago time={deadline} />
          {fallback === undefined ? ', without an answer.' : `; the answer is then ${fallbackInWords(kind, fallback)}.`}
        </>
      )}
    </p>
  );
}

function fallbackInWords(kind: Question['kind'], fallback: unknown): string {
  const approval = kind === 'approval' && typeof fallback === 'object' && fallback !== null && 'approved' in fallback;
  return approval ? (fallback.approved ? '“approved”' : '“rejected”') : toJson(fallback);
}

function Approval({
  name,
  sending,
  send,
}: {
  /** Names what is typed here. */
  name: string;
  sending: boolean;
  send: (answer: unknown) => void;
}) {
  const [comment, setComment] = useState(() => draftOf<string>(name) ?? '');
  const answer = (approved: boolean) => send(comment.trim() === '' ? { approved } : { approved, comment });
  return (
    <>
      <TextField
        label="Comment (optional)"
        value={comment}
        onChange={({ target }) => {
          setComment(target.value);
          keepDraft(name, target.value);
        }}
      />
      <div className={css.buttons}>
        <Button look="primary" icon={<Check />} disabled={sending} onClick={() => answer(true)}>
          Approve
        </Button>
        <Button icon={<X />} disabled={sending} onClick={() => answer(false)}>
          Reject
        </Button>
      </div>
    </>
  );
}

const NO_ERRORS = new Map<string, string>();

const draftName = ({ session_id, question_id }: Question): string => `answer/${session_id}/${question_id}`;

/** Where a field is in the request. */
const pointerOf = (field: string): string =>
  field === '' ? '/answer' : `/answer/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`;

function Form({
  name,
  fields,
  sending,
  send,
}: {
  /** Names what is typed here. */
  name: string;
  fields: Field[];
  sending: boolean;
  send: (make: () => unknown) => void;
}) {
  const { form, onInput } = useFormDraft(name);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    send(() => answerOf(fields, (name) => form.getAll(`field:${name}`).map(String)));
  };
  return (
    <form ref={form} onSubmit={submit} onInput={onInput} onChange={onInput} className={css.form}>
      {fields.map((field) => (
        <Input key={field.name} field={field} />
      ))}
      <div className={css.buttons}>
        <Button type="submit" look="primary" icon={<Check />} disabled={sending}>
          Answer
        </Button>
      </div>
    </form>
  );
}

function Input({ field }: { field: Field }) {
  const { label, hint, kind, required, nullable, choices, initial } = field;
  const optional = !required || nullable;
  const about = {
    name: `field:${field.name}`,
    pointer: pointerOf(field.name),
    label: optional ? `${label} (optional)` : label,
    hint,
  };
  const text = typeof initial === 'string' ? initial : initial === undefined ? '' : toJson(initial);
  const is = (value: unknown, other: unknown) => toJson(value) === toJson(other);
  switch (kind) {
    case 'choice': {
      const first = choices.findIndex(({ value }) => initial !== undefined && is(value, initial));
      return (
        <SelectField {...about} required={!optional} defaultValue={first < 0 ? '' : first}>
          <option value="">{optional ? 'none' : 'Choose…'}</option>
          {choices.map(({ value, title }, index) => (
            <option key={toJson(value)} value={index}>
              {title}
            </option>
          ))}
        </SelectField>
      );
    }
    case 'choices':
      return (
        <fieldset className={css.choices}>
          <legend>{about.label}</legend>
          {choices.map(({ value, title }, index) => (
            <label key={toJson(value)}>
              <input
                type="checkbox"
                name={about.name}
                value={index}
                defaultChecked={Array.isArray(initial) && initial.some((one) => is(one, value))}
              />
              {title}
            </label>
          ))}
          {hint && <p className={css.quiet}>{hint}</p>}
        </fieldset>
      );
    case 'boolean':
      return (
        <SelectField {...about} required={!optional} defaultValue={text}>
          <option value="">{optional ? 'none' : 'Choose…'}</option>
          <option value="true">yes</option>
          <option value="false">no</option>
        </SelectField>
      );
    case 'number':
      return <TextField {...about} type="number" step="any" required={!optional} defaultValue={text} />;
    case 'text':
      return <TextField {...about} defaultValue={text} />;
    case 'any':
      return <TextArea {...about} rows={2} placeholder="Text or JSON" defaultValue={text} />;
    case 'json':
      return <TextArea {...about} mono rows={3} placeholder="JSON" defaultValue={text} />;
  }
}
