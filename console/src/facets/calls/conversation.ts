/** A message of a conversation with a model, as a person reads it. */
export interface Message {
  /** `system`, `user`, `assistant`, `tool`, or what else the record says. */
  role: string;
  text: string;
  /** The tools that it wants called. */
  tools: { name: string; arguments: unknown }[];
  /** The tool whose result it is. */
  tool?: string;
}

type Members = Record<string, unknown>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What was said in a request to a model; none when the input is no such request. */
export function asked(input: unknown): Message[] | undefined {
  const given = argument(input);
  return isObject(given) ? messages(given.messages) : undefined;
}

/** What an agent was asked, when that is a text and nothing else. */
export function question(input: unknown): Message[] | undefined {
  const text = argument(input);
  return typeof text === 'string' ? [{ role: 'user', text, tools: [] }] : undefined;
}

/** What a model answered, or an agent; none when the output is no answer. */
export function answered(output: unknown): Message | undefined {
  const answer = instance(output);
  if (!isObject(answer) || typeof answer.text !== 'string' || !('tool_calls' in answer || 'messages' in answer)) {
    return undefined;
  }
  return { role: 'assistant', text: answer.text, tools: tools(answer.tool_calls) };
}

/** The whole conversation that an agent gives with its answer. */
export function conversation(output: unknown): Message[] | undefined {
  const answer = instance(output);
  return isObject(answer) ? messages(answer.messages) : undefined;
}

/** The only argument of a call: Python records a list of them, and those that have names. */
function argument(input: unknown): unknown {
  return isObject(input) && Array.isArray(input.args) && input.args.length === 1 && input.kwargs === undefined
    ? input.args[0]
    : input;
}

/** The members of a Python object, which is recorded with its type. */
function instance(value: unknown): unknown {
  return isObject(value) && Array.isArray(value.$object) ? value.$object[1] : value;
}

function messages(value: unknown): Message[] | undefined {
  if (!Array.isArray(value) || value.length === 0) {
    return undefined;
  }
  const asked = new Map<unknown, string>();
  const read: Message[] = [];
  for (const message of value) {
    if (!isObject(message) || typeof message.role !== 'string' || typeof (message.content ?? '') !== 'string') {
      return undefined;
    }
    for (const call of Array.isArray(message.tool_calls) ? message.tool_calls.filter(isObject) : []) {
      asked.set(call.id, String(call.name));
    }
    const tool = message.role === 'tool' ? asked.get(message.call_id) : undefined;
    const text = (message.content as string | undefined) ?? '';
    read.push({ role: message.role, text, tools: tools(message.tool_calls), ...(tool !== undefined && { tool }) });
  }
  return read;
}

function tools(calls: unknown): Message['tools'] {
  return Array.isArray(calls)
    ? calls.filter(isObject).map(({ name, arguments: given }) => ({ name: String(name), arguments: given }))
    : [];
}
