import { parseJson } from 'sessiond';

/** A message of a conversation with a model, as a person reads it. */
export interface Message {
  /** `system`, `user`, `assistant`, `tool`, or what else the record says. */
  role: string;
  text: string;
  /** The tools that it wants called. */
  tools: { name: string; arguments: unknown }[];
  /** The tool whose result it is. */
  tool?: string;
  /** What the model thought before it answered. */
  thought?: string;
  /** What it has that is no text: an image, a file. */
  attached?: string[];
}

type Members = Record<string, unknown>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What was said in a request to a model; none when the input is no such request. Reads sessiond's own messages, and
 * those of OpenAI's Chat Completions and Responses and of Anthropic's Messages.
 */
export function asked(input: unknown): Message[] | undefined {
  const given = argument(input);
  if (Array.isArray(given)) {
    return messages(given);
  }
  if (!isObject(given)) {
    return undefined;
  }
  // Responses: a text, or items, in `input`; the rest of the conversation is in `instructions`.
  const said = typeof given.input === 'string' ? [{ role: 'user', content: given.input }] : given.input;
  const read = messages(given.messages) ?? messages(said);
  const system = given.system ?? given.instructions;
  if (!read || system === undefined || system === null) {
    return read;
  }
  const parts = partsOf(system);
  return parts ? [{ role: 'system', tools: [], ...parts }, ...read] : read;
}

/** What an agent was asked, when that is a text and nothing else. */
export function question(input: unknown): Message[] | undefined {
  const text = argument(input);
  return typeof text === 'string' ? [{ role: 'user', text, tools: [] }] : undefined;
}

/** What a model answered, or an agent; none when the output is no answer. */
export function answered(output: unknown): Message | undefined {
  const answer = instance(output);
  if (!isObject(answer)) {
    return undefined;
  }
  if (typeof answer.text === 'string' && ('tool_calls' in answer || 'messages' in answer)) {
    return { role: 'assistant', text: answer.text, tools: tools(answer.tool_calls) };
  }
  // Chat Completions: the whole answer, or its message alone; Anthropic's answer is a message too.
  const [choice] = Array.isArray(answer.choices) ? answer.choices : [];
  const message = isObject(choice) && isObject(choice.message) ? choice.message : answer;
  if (typeof message.role === 'string' && ('content' in message || 'tool_calls' in message)) {
    return messages([message])?.[0];
  }
  // Responses: items, of which several make one answer.
  const items = Array.isArray(answer.output) ? messages(answer.output) : undefined;
  return items && together(items);
}

/** Several messages as one. */
function together(items: readonly Message[]): Message {
  const thought = items.flatMap((item) => item.thought ?? []).join('\n\n');
  const attached = items.flatMap((item) => item.attached ?? []);
  return {
    role: items[0]?.role ?? 'assistant',
    text: items
      .map(({ text }) => text)
      .filter(Boolean)
      .join('\n\n'),
    tools: items.flatMap((item) => item.tools),
    ...(thought ? { thought } : {}),
    ...(attached.length > 0 ? { attached } : {}),
  };
}

/** The whole conversation that an agent gives with its answer. */
export function conversation(output: unknown): Message[] | undefined {
  const answer = instance(output);
  return isObject(answer) ? messages(answer.messages) : undefined;
}

/** The only argument of a call: Python records a list of them, and those that have names. */
function argument(input: unknown): unknown {
  if (!isObject(input) || !Array.isArray(input.args)) {
    return input;
  }
  if (input.args.length === 1 && input.kwargs === undefined) {
    return instance(input.args[0]);
  }
  // A client of a service is called with names: `create(model=…, messages=…)`.
  return input.args.length === 0 && isObject(input.kwargs) ? input.kwargs : input;
}

/** The members of a Python object, which is recorded with its type. */
function instance(value: unknown): unknown {
  return isObject(value) && Array.isArray(value.$object) ? value.$object[1] : value;
}

/** The messages of a list; none when something in it is no message. */
function messages(value: unknown): Message[] | undefined {
  if (!Array.isArray(value) || value.length === 0) {
    return undefined;
  }
  const names = new Map<unknown, string>();
  const read: Message[] = [];
  for (const item of value.map(instance)) {
    const found = isObject(item) ? (itemOf(item, names) ?? messageOf(item, names)) : undefined;
    if (!found) {
      return undefined;
    }
    read.push(...found);
  }
  return read;
}

/** A message with a role. Anthropic's has the results of several tools in one, of which each is a message here. */
function messageOf(item: Members, names: Map<unknown, string>): Message[] | undefined {
  const { role, content } = item;
  const parts = typeof role === 'string' ? partsOf(content ?? '') : undefined;
  if (typeof role !== 'string' || !parts) {
    return undefined;
  }
  const wanted = [...callsIn(item.tool_calls), ...callsIn(blocks(content, 'tool_use'))];
  for (const { id, name } of wanted) {
    names.set(id, name);
  }
  const results = blocks(content, 'tool_result').map((block): Message => {
    const result = partsOf(block.content ?? '') ?? { text: '' };
    return { role: 'tool', tools: [], ...result, ...named(names.get(block.tool_use_id)) };
  });
  const tool = role === 'tool' ? names.get(item.tool_call_id ?? item.call_id) : undefined;
  const thought = parts.thought ?? (typeof item.reasoning_content === 'string' ? item.reasoning_content : undefined);
  const message: Message = {
    role,
    ...parts,
    tools: wanted.map(({ name, arguments: given }) => ({ name, arguments: given })),
    ...named(tool),
    ...(thought === undefined ? {} : { thought }),
  };
  const says = message.text !== '' || message.tools.length > 0 || message.attached || message.thought;
  return results.length > 0 && !says ? results : [...results, message];
}

/** An item of Responses that is no message: a call of a tool, its result, or what the model thought. */
function itemOf(item: Members, names: Map<unknown, string>): Message[] | undefined {
  switch (item.type) {
    case 'function_call':
    case 'custom_tool_call': {
      const [call] = callsIn([item]);
      names.set(item.call_id, call?.name ?? '');
      return [{ role: 'assistant', text: '', tools: call ? [{ name: call.name, arguments: call.arguments }] : [] }];
    }
    case 'function_call_output':
    case 'custom_tool_call_output': {
      const result = partsOf(item.output ?? '');
      return result && [{ role: 'tool', tools: [], ...result, ...named(names.get(item.call_id)) }];
    }
    case 'reasoning': {
      const thought = partsOf(item.summary ?? [])?.text || partsOf(item.content ?? [])?.text;
      return [{ role: 'assistant', text: '', tools: [], ...(thought ? { thought } : {}) }];
    }
    default:
      return undefined;
  }
}

const named = (tool: string | undefined): { tool?: string } => (tool === undefined ? {} : { tool });

/** The text of a content, which is a text or a list of parts, and what in it is no text. */
function partsOf(content: unknown): Pick<Message, 'text' | 'thought' | 'attached'> | undefined {
  if (typeof content === 'string') {
    return { text: content };
  }
  if (!Array.isArray(content)) {
    return undefined;
  }
  const texts: string[] = [];
  const thoughts: string[] = [];
  const attached: string[] = [];
  for (const part of content) {
    if (typeof part === 'string') {
      texts.push(part);
    } else if (!isObject(part) || typeof part.type !== 'string') {
      return undefined;
    } else if (part.type === 'thinking' || part.type === 'redacted_thinking') {
      thoughts.push(typeof part.thinking === 'string' ? part.thinking : '(not readable)');
    } else if (typeof part.text === 'string') {
      texts.push(part.text);
    } else if (typeof part.refusal === 'string') {
      texts.push(part.refusal);
    } else if (part.type !== 'tool_use' && part.type !== 'tool_result') {
      attached.push(attachment(part));
    }
  }
  return {
    text: texts.join('\n\n'),
    ...(thoughts.length > 0 ? { thought: thoughts.join('\n\n') } : {}),
    ...(attached.length > 0 ? { attached } : {}),
  };
}

/** What a part is that is no text: its kind, and its type or name where the record says so. */
function attachment(part: Members): string {
  const kind = String(part.type)
    .replace(/^input_|^output_|_url$/g, '')
    .replaceAll('_', ' ');
  const source = isObject(part.source) ? part.source : part;
  const url = isObject(part.image_url) ? part.image_url.url : (part.image_url ?? source.url);
  const type = source.media_type ?? (typeof url === 'string' ? /^data:([^;,]+)/.exec(url)?.[1] : undefined);
  const name = part.filename ?? (isObject(part.file) ? part.file.filename : undefined) ?? type ?? url;
  return typeof name === 'string' ? `${kind}: ${name.slice(0, 120)}` : kind;
}

const blocks = (content: unknown, type: string): Members[] =>
  Array.isArray(content) ? content.filter(isObject).filter((part) => part.type === type) : [];

/** The calls of tools in a list, whichever service it is of. */
function callsIn(calls: unknown): { id: unknown; name: string; arguments: unknown }[] {
  if (!Array.isArray(calls)) {
    return [];
  }
  return calls.filter(isObject).map((call) => {
    const of = isObject(call.function) ? call.function : isObject(call.custom) ? call.custom : call;
    return { id: call.call_id ?? call.id, name: String(of.name), arguments: parsed(of.arguments ?? of.input) };
  });
}

const tools = (calls: unknown): Message['tools'] =>
  callsIn(calls).map(({ name, arguments: given }) => ({ name, arguments: given }));

/** OpenAI sends arguments as the text of their JSON. */
function parsed(given: unknown): unknown {
  if (typeof given !== 'string') {
    return given;
  }
  try {
    return parseJson(given);
  } catch {
    return given;
  }
}
