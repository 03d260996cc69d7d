import { Link } from '@tanstack/react-router';
import type { Question } from 'sessiond';

/** For what a question is asked, with a way there; nothing where it is the session as a whole. */
export function AskerView({ question: { session_id, asker } }: { question: Question }) {
  if (asker?.call != null) {
    return (
      <Link
        to="/sessions/$sessionId/$panel"
        params={{ sessionId: session_id, panel: 'calls' }}
        search={{ call: asker.call }}
      >
        call {asker.call}
      </Link>
    );
  }
  if (asker?.step != null) {
    return (
      <Link
        to="/sessions/$sessionId/$panel"
        params={{ sessionId: session_id, panel: 'plan' }}
        search={{ step: asker.step }}
      >
        step {asker.step}
      </Link>
    );
  }
  return asker?.task_id != null ? <span>task {asker.task_id}</span> : null;
}
