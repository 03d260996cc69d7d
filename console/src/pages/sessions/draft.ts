import { type CreateSession, type NewStep, Problem, parseJson } from 'sessiond';

/** A participant as somebody writes it down. */
export interface DraftParticipant {
  key: number;
  agent: string;
  role: string;
}

/** A step as somebody writes it down. */
export interface DraftStep {
  key: number;
  name: string;
  agents: string;
  dependencies: string;
}

/** A session as somebody writes it down. */
export interface Draft {
  name: string;
  orchestrator: string;
  labels: string;
  participants: readonly DraftParticipant[];
  steps: readonly DraftStep[];
}

const items = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((item) => item.trim())
    .filter(Boolean);

/** The request that a draft means; lines that were left empty are not in it. */
export function requestOf(draft: Draft): CreateSession {
  const participants = draft.participants
    .filter(({ agent }) => agent.trim())
    .map(({ agent, role }) => ({ agent_id: agent.trim(), role: role.trim() || 'participant' }));
  const steps = draft.steps.filter(({ name }) => name.trim()).map(stepOf);
  const labels = items(draft.labels).map((label) => {
    const [key = '', ...value] = label.split('=');
    return [key.trim(), value.join('=').trim()] as const;
  });
  return {
    ...(draft.name.trim() && { name: draft.name.trim() }),
    ...(draft.orchestrator.trim() && { orchestrator: draft.orchestrator.trim() }),
    ...(participants.length > 0 && { participants }),
    ...(steps.length > 0 && { workflow: steps }),
    ...(labels.length > 0 && { labels: Object.fromEntries(labels) }),
    // Without a plan or a person the server could not tell what leads the session.
    kind: 'workflow',
  };
}

function stepOf({ name, agents, dependencies }: DraftStep): NewStep {
  return {
    name: name.trim(),
    required_agents: items(agents),
    ...(items(dependencies).length > 0 && { dependencies: items(dependencies) }),
  };
}

/** Reads the body of `POST /sessions` as it was pasted. */
export function parseRequest(text: string): CreateSession {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    const detail = `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
    throw new Problem({ code: 'invalid_input', status: 422, detail });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem({
      code: 'invalid_input',
      status: 422,
      detail: 'The body of POST /sessions must be a JSON object.',
    });
  }
  return value as CreateSession;
}
