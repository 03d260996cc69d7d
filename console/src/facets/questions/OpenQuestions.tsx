import { useQuery } from '@tanstack/react-query';
import { Check, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Question, Session } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { SelectField, TextArea, TextField } from '../../ui/Field.tsx';
import { Json } from '../../ui/Json.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { Section } from '../../ui/Section.tsx';
import { Ago } from '../../ui/Time.tsx';
import { toast } from '../../ui/Toast.tsx';
import { answerOf, type Field, fieldsOf } from './form.ts';
import css from './OpenQuestions.module.css';

/** The questions of a session that wait for an answer, each with its form. */
export function OpenQuestions({ session }: { session: Session }) {
  const client = useClient();
  const id = session.session_id;
  const { data } = useQuery({
    queryKey: [...keys.session(id), 'questions'],
    queryFn: ({ signal }) => client.questions.listOf(id, { status: 'open' }, { signal }),
    enabled: (session.open_questions ?? 0) > 0,
  });
  if (!session.open_questions || !data) {
    return null;
  }
  return (
    <div className={css.questions}>
      {data.questions.map((question) => (
        <QuestionView key={question.question_id} question={question} />
      ))}
    </div>
  );
}

function QuestionView({ question }: { question: Question }) {
  const client = useClient();
  const [error, setError] = useState<unknown>();
  const [sending, setSending] = useState(false);
  const { session_id, question_id, kind, asker } = question;
  const send = async (make: () => unknown) => {
    setSending(true);
    setError(undefined);
    try {
      await client.questions.answer(session_id, question_id, { answer: make() });
      toast('The question is answered');
    } catch (problem) {
      setError(problem);
    } finally {
      setSending(false);
    }
  };
  const of = asker?.call ? `call ${asker.call}` : (asker?.step ?? asker?.task_id);
  return (
    <Section
      title={kind === 'approval' ? 'Approval' : 'Question'}
      actions={
        <>
          <Badge tone="warn">waiting</Badge>
          {of && <span>{of}</span>}
          <Ago time={question.asked_at} />
        </>
      }
    >
      <div className={css.question} data-question={question_id}>
        <p className={css.text}>{question.text}</p>
        {question.details !== undefined && question.details !== null && <Json value={question.details} />}
        {kind === 'approval' ? (
          <Approval sending={sending} send={(answer) => send(() => answer)} />
        ) : (
          <Form fields={fieldsOf(question.schema)} sending={sending} send={send} />
        )}
        {error !== undefined && <ProblemView error={error} />}
      </div>
    </Section>
  );
}

function Approval({ sending, send }: { sending: boolean; send: (answer: unknown) => void }) {
  const [comment, setComment] = useState('');
  const answer = (approved: boolean) => send(comment.trim() === '' ? { approved } : { approved, comment });
  return (
    <>
      <TextField label="Comment (optional)" value={comment} onChange={(event) => setComment(event.target.value)} />
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

function Form({ fields, sending, send }: { fields: Field[]; sending: boolean; send: (make: () => unknown) => void }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    send(() => answerOf(fields, (name) => form.get(`field:${name}`)?.toString()));
  };
  return (
    <form onSubmit={submit} className={css.form}>
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
  const { label, hint, kind, required, choices, initial } = field;
  const about = { name: `field:${field.name}`, label: required ? label : `${label} (optional)`, hint };
  const text = typeof initial === 'string' ? initial : initial === undefined ? '' : JSON.stringify(initial);
  switch (kind) {
    case 'choice':
      return (
        <SelectField {...about} defaultValue={String(choices.indexOf(initial))}>
          <option value={required ? '-1' : ''}>…</option>
          {choices.map((choice, index) => (
            <option key={JSON.stringify(choice)} value={index}>
              {typeof choice === 'string' ? choice : JSON.stringify(choice)}
            </option>
          ))}
        </SelectField>
      );
    case 'boolean':
      return (
        <SelectField {...about} defaultValue={initial === true ? 'true' : required ? 'false' : ''}>
          {!required && <option value="">…</option>}
          <option value="true">yes</option>
          <option value="false">no</option>
        </SelectField>
      );
    case 'number':
      return <TextField {...about} type="number" step="any" required={required} defaultValue={text} />;
    case 'text':
      return <TextField {...about} defaultValue={text} />;
    case 'json':
      return <TextArea {...about} mono rows={3} placeholder="JSON" defaultValue={text} />;
  }
}
