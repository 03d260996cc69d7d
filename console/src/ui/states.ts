// Every state that the console shows: its word, its colour and its meaning, in one place. docs/states.md is this table.

import type { Task } from 'sessiond';

/** What a state means to a person. */
export type Tone = 'live' | 'good' | 'warn' | 'bad' | 'idle';

/** What has states. */
export type Noun =
  | 'session'
  | 'step'
  | 'task'
  | 'agent'
  | 'webhook'
  | 'participant'
  | 'message'
  | 'question'
  | 'call'
  | 'turn'
  | 'schedule'
  | 'run'
  | 'key';

/** A state of the interface, as people read it. */
export interface State {
  word: string;
  tone: Tone;
  means: string;
}

const state = (word: string, tone: Tone, means: string): State => ({ word, tone, means });

/** The states of each noun by their names in the interface. A name that is not one there is derived, as its meaning says. */
export const STATES: Record<Noun, Record<string, State>> = {
  session: {
    active: state('active', 'live', 'It accepts changes.'),
    waiting: state('waiting', 'warn', 'It is active and has an open question.'),
    completed: state('completed', 'good', 'It was completed.'),
    failed: state('failed', 'bad', 'A step or its program failed.'),
    terminated: state('terminated', 'warn', 'Somebody ended it before it was complete.'),
    expired: state('expired', 'warn', 'It reached its expiry before it was complete.'),
  },
  step: {
    pending: state('pending', 'idle', 'A step that it depends on is not complete.'),
    active: state('active', 'live', 'Its agents can work in it.'),
    stopped: state('stopped', 'warn', 'It was active when its session ended.'),
    completed: state('completed', 'good', 'Its required agents have completed their tasks, or somebody completed it.'),
    failed: state('failed', 'bad', 'A task failed, and its plan does not continue after a failure.'),
  },
  task: {
    pending: state('pending', 'idle', 'Its agent has not accepted it, or a retry is due later.'),
    in_progress: state('in progress', 'live', 'Its agent has accepted it.'),
    waiting: state('waiting', 'warn', 'It is in progress, and its agent waits for the answer to a question.'),
    completed: state('completed', 'good', 'Its agent has reported a result.'),
    failed: state('failed', 'bad', 'Its last attempt failed.'),
    timeout: state('timed out', 'bad', 'Its last attempt exceeded its time limit.'),
    cancelled: state('cancelled', 'warn', 'Somebody cancelled it, or its step or session ended.'),
  },
  agent: {
    connected: state('connected', 'good', 'It reads its inbox, and has reported no other state.'),
    idle: state('idle', 'good', 'It is alive and has no task.'),
    busy: state('busy', 'live', 'It is alive and works on a task.'),
    unreachable: state('unreachable', 'warn', 'It has shown no sign of life for 30 seconds.'),
    gone: state('gone', 'idle', 'It has shown no sign of life for 5 minutes, or none since the server started.'),
    unregistered: state('not registered', 'idle', 'No agent with this id is registered, or this key may not see it.'),
  },
  webhook: {
    working: state('working', 'good', 'Its endpoint accepted the last message.'),
    failing: state('failing', 'warn', 'The last post failed, and is repeated.'),
    disabled: state(
      'disabled',
      'bad',
      'Its endpoint answered 410 Gone. Nothing is posted until the agent registers again.',
    ),
  },
  participant: {
    active: state('participant', 'good', 'It takes part in the session. Whether it works is a state of its agent.'),
    busy: state('participant', 'live', 'It takes part in the session and has accepted a task.'),
    waiting: state(
      'lease expired',
      'warn',
      'The process that held its lease was declared dead, and no other has claimed it.',
    ),
    left: state('left', 'idle', 'It was removed, or left.'),
    session_terminated: state('session ended', 'idle', 'It took part when the session ended.'),
  },
  message: {
    queued: state('queued', 'live', 'It is in the inbox, and its agent has not acknowledged it.'),
    acknowledged: state('acknowledged', 'good', 'Its agent has acknowledged it.'),
    handled: state('handled', 'good', 'A delivered request that left the inbox because its task moved on or ended.'),
    withdrawn: state('withdrawn', 'idle', 'It left the inbox before it was delivered: its task or its agent is gone.'),
    dead: state('dead letter', 'bad', 'It was delivered 16 times without an acknowledgement.'),
  },
  question: {
    open: state('open', 'warn', 'It has no answer yet.'),
    answered: state('answered', 'good', 'Somebody has answered it.'),
    expired: state('expired', 'warn', 'Its deadline has passed; its default, if it has one, is its answer.'),
    withdrawn: state('withdrawn', 'idle', 'Its asker no longer needs an answer, or the session ended.'),
  },
  call: {
    running: state('open', 'live', 'It has not ended in the record. Whether its process is alive is not recorded.'),
    waiting: state('waiting', 'warn', 'It is open, and it or a call below it waits for the answer to a question.'),
    completed: state('completed', 'good', 'It returned a result.'),
    failed: state('failed', 'bad', 'It ended with an error.'),
    timeout: state('timed out', 'bad', 'It exceeded its time limit.'),
    cancelled: state('cancelled', 'warn', 'Its caller no longer needed it.'),
    abandoned: state('abandoned', 'bad', 'It could not be stopped, and nothing waits for it.'),
    interrupted: state(
      'interrupted',
      'warn',
      'It was open when its process or the session ended, so its result is unknown.',
    ),
  },
  turn: {
    queued: state('waits', 'live', 'It waits for the turns before it.'),
    running: state('runs', 'live', 'It is being answered.'),
    completed: state('completed', 'good', 'It has its whole answer.'),
    stopped: state('stopped', 'warn', 'Somebody stopped it; it has the answer up to then.'),
    failed: state('failed', 'bad', 'It could not be answered, or not to the end.'),
    interrupted: state(
      'interrupted',
      'warn',
      'Its process ended, or another message took its place; it has the answer up to then.',
    ),
    rolled_back: state('rolled back', 'idle', 'Another message took its place, and its text was removed.'),
  },
  schedule: {
    active: state('active', 'good', 'It creates a session at its next time.'),
    paused: state('paused', 'warn', 'Somebody has paused it.'),
    finished: state('finished', 'idle', 'It has no more times.'),
  },
  run: {
    created: state('created', 'good', 'A session was created.'),
    skipped: state('skipped', 'warn', 'No session was created, because the last one was still active.'),
    failed: state('failed', 'bad', 'The session could not be created.'),
  },
  key: {
    valid: state('valid', 'good', 'The server accepts it.'),
    expired: state('expired', 'warn', 'Its time has passed.'),
    revoked: state('revoked', 'idle', 'An administrator has revoked it.'),
  },
};

/** A state as people read it; one of a newer server has its name as its word. */
export function stateOf(noun: Noun, name: string): State {
  return STATES[noun][name] ?? { word: name.replaceAll('_', ' '), tone: 'idle', means: '' };
}

/** The state of a task, from what the interface says of it. */
export const taskState = ({ status, input_required_since }: Pick<Task, 'status' | 'input_required_since'>): string =>
  status === 'in_progress' && input_required_since ? 'waiting' : status;

/** The state of a message, from what the interface says of it. */
export const messageState = ({ state, attempts }: { state: string; attempts: number }): string =>
  state === 'withdrawn' && attempts > 0 ? 'handled' : state;
