/**
 * sessiond for TypeScript: a {@link Client} of the server's whole interface, an {@link Agent} for programs that take part
 * in sessions, and the tutorial's {@link CommunicationBus}.
 */
export { Agent, type AgentEvents, type AgentOptions, type MessageHandler, type TaskHandler, type TaskTypes } from './agent/agent.js';
export { TakenOver, TaskFailure } from './agent/failure.js';
export type { Transport } from './agent/line.js';
export { type Inputs, type StopCause, TaskContext, TaskStopped } from './agent/task.js';
export type { Ended } from './agent/worker.js';
export { type BusEvents, CommunicationBus, type CommunicationBusOptions } from './bus/communication-bus.js';
export type { BusMetrics } from './bus/metrics.js';
export { ResultAggregator } from './bus/result-aggregator.js';
export {
  type BusParticipant,
  type BusSession,
  type BusSessionSummary,
  type DelegateOptions,
  type SessionEvent,
  type SessionEvents,
  type SessionExtras,
  SessionManager,
  type WorkflowProgress,
} from './bus/session-manager.js';
export { Client } from './client.js';
export type { SharedContext } from './context.js';
export { milliseconds } from './duration.js';
export type { EventOf, EventType } from './events.js';
export type { ChangeOptions, ClientOptions, CreateOptions, RequestOptions } from './http.js';
export { parseJson, toJson } from './json.js';
export { Problem, type ProblemInit } from './problem.js';
export type {
  ListAgents, ListEvents, ListMessages, ListPoints, ListSessions, ListTasks, ReceiveMessages,
} from './routes.js';
export type { FollowTurnOptions, TurnItem } from './turn.js';
export type { WatchItem, WatchOptions } from './watch.js';

// The wire's types, by the names of the OpenAPI document. Two of them are classes here, so theirs have another name.
export type * from './schema.js';
export type { Agent as AgentInfo, Event as JournalEvent, Problem as WireProblem } from './schema.js';
