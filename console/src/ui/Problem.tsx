import { ExternalLink, RotateCw } from 'lucide-react';
import { Problem } from 'sessiond';
import { Button } from './Button.tsx';
import { sentence } from './fieldErrors.ts';
import css from './Problem.module.css';

/** What the server knows no better, as a problem. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem
    ? error
    : new Problem({
        code: 'internal',
        title: 'Something went wrong in the console',
        detail: error instanceof Error ? error.message : String(error),
      });
}

/** What went wrong and what to do, for a person; the code is for who looks it up. */
export function ProblemView({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const problem = asProblem(error);
  const detail = sentence(problem.detail);
  const titled = problem.title !== problem.code && sentence(problem.title) !== detail;
  // What is wrong with the only field is mostly the detail itself: it is said once, with its place.
  const fields = problem.errors.filter(({ pointer, detail: own }) => pointer !== '' || sentence(own) !== detail);
  const repeated = fields.some((field) => sentence(field.detail) === detail);
  return (
    <div className={css.problem} role="alert">
      {titled && <p className={css.title}>{problem.title}</p>}
      {!repeated && <p>{detail}</p>}
      {fields.length > 0 && (
        <ul>
          {fields.map((field) => (
            <li key={field.pointer + field.detail}>
              <code>{field.pointer || 'the whole'}</code> {sentence(field.detail)}
            </li>
          ))}
        </ul>
      )}
      <div className={css.ways}>
        {problem.code !== 'unreachable' && (
          <a href={`/docs/errors/${problem.code}`} target="_blank" rel="noreferrer" title="What this error means">
            <code>{problem.code}</code> <ExternalLink size={12} aria-hidden="true" />
          </a>
        )}
        {retry && (
          <Button look="quiet" icon={<RotateCw />} onClick={retry}>
            Retry
          </Button>
        )}
      </div>
    </div>
  );
}
