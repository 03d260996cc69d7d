import { type ChangeOptions, type Http, path } from '../http.js';
import type { BeginExecution, Execution, RecordCalls, Recorded } from '../schema.js';

/** The calls of an execution: one process writes them, in batches. */
export class Executions {
  constructor(private readonly http: Http) {}

  /** Lets a process write, as the only one. Open calls are interrupted, and a failed execution goes on. */
  begin(sessionId: string, execution: BeginExecution, options?: ChangeOptions): Promise<Execution> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/execution`, body: execution, options });
  }

  /** Records a batch, 1000 entries at most. One that was recorded already changes nothing. */
  record(sessionId: string, batch: RecordCalls, options?: ChangeOptions): Promise<Recorded> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/calls`, body: batch, options });
  }
}
