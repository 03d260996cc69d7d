/**
 * Why a task failed, as its session keeps it: a stable `code`, a `detail` for people, and more. A handler throws it; any
 * other error becomes one with the code `failed`.
 */
export class TaskFailure extends Error {
  override readonly name = 'TaskFailure';

  constructor(
    readonly code: string,
    readonly detail: string,
    /** Further members that the session keeps. */
    readonly more: Record<string, unknown> = {},
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }

  /** The failure of anything that was thrown. */
  static of(error: unknown): TaskFailure {
    if (error instanceof TaskFailure) {
      return error;
    }
    const detail = error instanceof Error ? error.message || error.name : String(error);
    return new TaskFailure('failed', detail, {}, { cause: error });
  }

  toJSON(): Record<string, unknown> {
    return { ...this.more, code: this.code, detail: this.detail };
  }
}

/** A newer connection of the same agent reads its inbox; this one has ended. */
export class TakenOver extends Error {
  override readonly name = 'TakenOver';
}
