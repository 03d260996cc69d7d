import { useInfiniteQuery } from '@tanstack/react-query';
import { type Question, toJson } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { useTold } from '../../data/reach.ts';
import { Status } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Json } from '../../ui/Json.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { Section } from '../../ui/Section.tsx';
import { Ago } from '../../ui/Times.tsx';
import type { PanelProps } from '../facet.ts';
import { AskerView } from './AskerView.tsx';
import css from './QuestionsPanel.module.css';

const PAGE = 100;

/** Every question of the session in the order in which it was asked, and what became of it. */
export default function QuestionsPanel({ session }: PanelProps) {
  const client = useClient();
  const id = session.session_id;
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: [...keys.session(id), 'all questions'],
    queryFn: ({ pageParam, signal }) =>
      client.questions.listOf(id, { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const problem = useTold(error);
  const questions = data?.pages.flatMap((page) => page.questions) ?? [];
  return (
    <Section title="Questions" flush>
      {problem !== undefined && <ProblemView error={problem} />}
      <ol aria-label="Questions">
        {questions.map((question) => (
          <Row key={question.question_id} question={question} />
        ))}
      </ol>
      {hasNextPage && (
        <div className={css.more}>
          <Button look="quiet" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Later questions
          </Button>
        </div>
      )}
    </Section>
  );
}

function Row({ question }: { question: Question }) {
  const { question_id, kind, status, text, details, asked_by, asked_at, closed_by, closed_at, reason } = question;
  return (
    <li className={css.row} data-question={question_id}>
      <div className={css.head}>
        <Status noun="question" of={status} />
        <span>{kind === 'approval' ? 'Approval' : 'Question'}</span>
        <code>{question_id}</code>
        <AskerView question={question} />
      </div>
      <p className={css.text}>{text}</p>
      {details !== undefined && details !== null && <Json value={details} name="details" open={0} />}
      <Answer question={question} />
      {reason && <p className={css.quiet}>Reason: {reason}</p>}
      <p className={css.quiet}>
        asked by {asked_by} <Ago time={asked_at} />
        {status !== 'open' && closed_at && (
          <>
            {` · ${status}`}
            {status !== 'expired' && closed_by && ` by ${closed_by}`} <Ago time={closed_at} />
          </>
        )}
      </p>
    </li>
  );
}

/** The answer, in words where it is an approval or a text. */
function Answer({ question: { kind, status, answer } }: { question: Question }) {
  if (status === 'open') {
    return <p className={css.quiet}>It waits for an answer; its form is above.</p>;
  }
  if (answer === undefined) {
    return status === 'expired' ? <p className={css.quiet}>It expired without an answer.</p> : null;
  }
  const said = status === 'expired' ? 'The default: ' : '';
  if (kind === 'approval' && typeof answer === 'object' && answer !== null) {
    const { approved, comment } = answer as { approved?: boolean; comment?: string };
    return (
      <p className={css.answer}>
        {said}
        <strong>{approved ? 'Approved' : 'Rejected'}</strong>
        {comment && <>: {comment}</>}
      </p>
    );
  }
  if (typeof answer === 'object' && answer !== null) {
    return (
      <div className={css.answer}>
        {said}
        <Json value={answer} open={1} />
      </div>
    );
  }
  return (
    <p className={css.answer}>
      {said}
      <strong>{typeof answer === 'string' ? answer : toJson(answer)}</strong>
    </p>
  );
}
