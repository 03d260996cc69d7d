import { type CreateOptions, type Http, path, type RequestOptions } from '../http.js';
import { pages } from '../pages.js';
import type { Agent as AgentInfo, AgentPage, Heartbeat, operations, RegisterAgent, Registered } from '../schema.js';

/** Which agents to list. */
export type ListAgents = NonNullable<operations['list_agents']['parameters']['query']>;

/** Registered agents. */
export class Agents {
  constructor(private readonly http: Http) {}

  /** Makes an agent known; the same again changes nothing. */
  register(registration: RegisterAgent, options?: CreateOptions): Promise<Registered> {
    return this.http.json({ method: 'POST', path: '/agents/register', body: registration, options });
  }

  /** An agent and how it is. */
  get(agentId: string, options?: RequestOptions): Promise<AgentInfo> {
    return this.http.json({ method: 'GET', path: path`/agents/${agentId}`, options });
  }

  /** A page of agents. */
  list(query: ListAgents = {}, options?: RequestOptions): Promise<AgentPage> {
    return this.http.json({ method: 'GET', path: '/agents', query, options });
  }

  /** All agents, page by page. */
  all(query: ListAgents = {}, options?: RequestOptions): AsyncGenerator<AgentInfo, void, undefined> {
    return pages((cursor) => this.list({ ...query, ...cursor }, options), (page) => page.agents);
  }

  /** Forgets an agent. */
  delete(agentId: string, options?: RequestOptions): Promise<void> {
    return this.http.done({ method: 'DELETE', path: path`/agents/${agentId}`, options });
  }

  /** Says that an agent lives. */
  heartbeat(agentId: string, heartbeat: Heartbeat = {}, options?: RequestOptions): Promise<void> {
    return this.http.done({ method: 'POST', path: path`/agents/${agentId}/heartbeat`, body: heartbeat, options });
  }
}
