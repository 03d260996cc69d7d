import { ExternalLink, RotateCw } from 'lucide-react';
import { Problem } from 'sessiond';
import { Button } from './Button.tsx';
import css from './Problem.module.css';

/** What the server knows no better, as a problem. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem
    ? error
    : new Problem({ code: 'internal', detail: error instanceof Error ? error.message : String(error) });
}

/** What went wrong: its code, what to do, and where more about it stands. */
export function ProblemView({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const problem = asProblem(error);
  return (
    <div className={css.problem} role="alert">
      <p>
        <code>{problem.code}</code> {problem.detail}
      </p>
      {problem.errors && problem.errors.length > 0 && (
        <ul>
          {problem.errors.map((field) => (
            <li key={field.pointer + field.detail}>
              <code>{field.pointer}</code> {field.detail}
            </li>
          ))}
        </ul>
      )}
      <div className={css.ways}>
        {problem.code !== 'unreachable' && (
          <a href={`/docs/errors/${problem.code}`} target="_blank" rel="noreferrer">
            What to do <ExternalLink size={12} aria-hidden="true" />
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
