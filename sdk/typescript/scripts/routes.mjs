// What src/routes.ts says: a class a tag of docs/openapi.json and a method an operation, from the operation's id, path,
// parameters and bodies. A new tag needs nothing here; the tables below keep names and shapes that a rule does not give.

/** Tags whose class, property or nouns are not what the tag says. `own`: the class is used by src/client.ts alone. */
const TAGS = {
  workflow: { class: 'Workflows' },
  context: { class: 'Contexts' },
  calls: { class: 'Executions', property: 'executions', nouns: ['execution', 'calls'] },
  telemetry: { nouns: ['points'] },
  inbox: { nouns: ['message', 'messages'] },
  operation: { class: 'ServerRoutes', own: true },
  documents: { own: true },
  aggregations: { own: true },
};

/** Operations that are methods of another tag's class. */
const PLACES = { requeue_message: 'inbox', whoami: 'operation', get_openapi: 'operation' };

/** Methods whose name is not the operation's id without its noun. */
const NAMES = { get_file_content: 'content', get_passage: 'passage', get_summary: 'summary', count_sessions: 'counts', get_openapi: 'openapi', list_session_tasks: 'listOf', list_session_questions: 'listOf' };

/** Bodies that are passed as their only member. */
const MEMBERS = { put_points: 'points' };

/** Requests that the server answers later than others; src/wait.ts has the functions. */
const WAITS = { receive_messages: 'wait.forMessages(query)', send_message: 'wait.forResponse(body)', get_question: 'wait.forMessages(query)', list_signals: 'wait.forMessages(query)', get_turn: 'wait.forMessages(query)', chat: 'wait.forChat()' };

/** Files, as a browser's form has them: `fetch` writes the header, which has the boundary of the parts. */
const FORM = 'multipart/form-data';

/** Bytes that are no text. */
const BYTES = 'application/octet-stream';

/** Bodies of any length: only the caller limits the time that they take. */
const LONG = ['application/jsonl', FORM, BYTES];

/** Operations for browsers and for other protocols. */
const NOT_CALLED = new Set([
  'root', 'image', 'to_console', 'get_console', 'get_console_file', 'mcp', 'a2a', 'a2a_card', 'connect_agent',
]);

/** The options of a request by the headers that the operation takes. */
const OPTIONS = {
  'Idempotency-Key': 'idempotencyKey',
  'If-Match': 'expectedRevision',
  'Fencing-Token': 'fence',
  'x-agent-id': 'agentId',
};

/** The whole file, without its head. */
export function routes(document) {
  const classes = document.tags.map((tag) => classOf(document, tag)).filter((one) => one.operations.length > 0);
  const properties = classes.filter((one) => !one.own);
  const parts = [
    `import { type ChangeOptions, type CreateOptions, type Http, path, type RequestOptions } from './http.js';
import { pages, pagesAfter } from './pages.js';
import type * as wire from './schema.js';
import * as wait from './wait.js';
`,
    ...classes.flatMap((one) => [...one.operations.map(queryType).filter(Boolean), classText(document, one)]),
    `/** Every operation of a server, by its noun. */
export class Routes {
${properties.map((one) => `  readonly ${one.property}: ${one.name};\n`).join('')}
  constructor(http: Http) {
${properties.map((one) => `    this.${one.property} = new ${one.name}(http);\n`).join('')}  }
}
`,
  ];
  return parts.join('\n');
}

function classOf(document, { name: tag, description }) {
  const known = TAGS[tag] ?? {};
  const name = known.class ?? pascal(tag);
  const nouns = known.nouns ?? [tag, tag.replace(/s$/, '')];
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => (PLACES[operation.operationId] ?? operation.tags[0]) === tag)
      .filter(([, operation]) => !NOT_CALLED.has(operation.operationId))
      .map(([method, operation]) => described(method.toUpperCase(), path, operation, nouns)),
  );
  return { name, property: known.property ?? tag, own: known.own ?? false, description, operations };
}

function described(method, path, operation, nouns) {
  const { operationId: id, parameters = [] } = operation;
  const noun = nouns.find((noun) => id.endsWith(`_${noun}`) && id.split('_').length === 1 + noun.split('_').length);
  const name = NAMES[id] ?? camel(noun ? id.slice(0, -noun.length - 1) : id);
  const named = (place) => parameters.filter((parameter) => parameter.in === place).map((parameter) => parameter.name);
  return { ...operation, id, name, method, path, query: named('query'), headers: named('header') };
}

/** The type of an operation's query; the same query as another operation's is that one's. */
function queryType({ id, query }) {
  if (query.length === 0) {
    return undefined;
  }
  return `/** The query of \`${id}\`. */
export type ${pascal(id)} = NonNullable<wire.operations['${id}']['parameters']['query']>;
`;
}

function classText(document, { name, description, operations }) {
  const methods = operations.flatMap((operation) => [method(document, operation), all(document, operation)]);
  return `/** ${description} */
export class ${name} {
  constructor(private readonly http: Http) {}

${methods.filter(Boolean).join('\n')}}
`;
}

function method(document, operation) {
  const { id, name, path, query } = operation;
  const body = bodyOf(operation);
  const answer = answerOf(operation);
  const request = [`method: '${operation.method}'`, `path: ${template(path)}`];
  const repeat = operation['x-repeat'];
  if (repeat !== (operation.method === 'GET' ? 'safe' : 'unsafe')) {
    request.push(`repeat: '${repeat}'`);
  }
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => `${camel(parameter)}: string`);
  if (body) {
    const member = MEMBERS[id];
    parameters.push(member ? `${member}: ${body.type}['${member}']` : `body: ${body.type}${body.optional ? ' = {}' : ''}`);
    request.push(member ? `body: { ${member} }` : 'body');
    if (body.media !== 'application/json' && body.media !== FORM) {
      request.push(`contentType: '${body.media}'`);
    }
  }
  if (query.length > 0) {
    parameters.push(`query: ${pascal(id)} = {}`);
    request.push('query');
  }
  if (answer.accept) {
    request.push(`accept: '${answer.accept}'`);
  }
  parameters.push(`options?: ${optionsOf(operation)}`);
  const long = [body?.media, answer.accept].some((media) => LONG.includes(media));
  const patience = long ? 'timeout: Infinity' : WAITS[id] && `...${WAITS[id]}`;
  request.push(patience ? `options: { ${patience}, ...options }` : 'options');
  return `${comment(operation)}
  ${name}(${parameters.join(', ')}): Promise<${answer.type}> {
    return this.http.${answer.how}({ ${request.join(', ')} });
  }
`;
}

/** All pages of a list. */
function all(document, operation) {
  const { id, name, path } = operation;
  const page = schemaOf(document, contentOf(operation.responses['200'])?.schema);
  const next = page?.properties?.next_cursor;
  if (!next || !name.startsWith('list')) {
    return undefined;
  }
  const [items, list] = Object.entries(page.properties).find(([, schema]) => schema.type === 'array');
  const ids = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => camel(parameter));
  const [walk, cursor] = operation.query.includes('cursor') ? ['pages', 'cursor'] : ['pagesAfter', 'after'];
  const parameters = [...ids.map((one) => `${one}: string`), `query: ${pascal(id)} = {}`, 'options?: RequestOptions'];
  const passed = [...ids, `{ ...query, ...${cursor} }`, 'options'].join(', ');
  return `  /** The same, page after page to the last. */
  ${name.replace('list', 'all')}(${parameters.join(', ')}): AsyncGenerator<${typeOf(list.items)}, void, undefined> {
    return ${walk}((${cursor}) => this.${name}(${passed}), (page) => page.${items});
  }
`;
}

function bodyOf({ requestBody }) {
  if (!requestBody) {
    return undefined;
  }
  const [media, { schema }] = Object.entries(requestBody.content)[0];
  const real = schema.oneOf?.find((choice) => choice.type !== 'null') ?? schema;
  return { media, type: media === FORM ? 'FormData' : typeOf(real), optional: requestBody.required !== true };
}

function answerOf({ responses }) {
  const [media, content] = Object.entries(responses['200']?.content ?? responses['201']?.content ?? {})[0] ?? [];
  if (!media) {
    return { how: 'done', type: 'void' };
  }
  if (media === 'application/json') {
    return { how: 'json', type: typeOf(content.schema) };
  }
  return media === BYTES ? { how: 'blob', type: 'Blob', accept: media } : { how: 'text', type: 'string', accept: media };
}

function contentOf(response) {
  return response?.content?.['application/json'];
}

function schemaOf(document, schema) {
  const name = schema?.$ref?.split('/').at(-1);
  return name ? document.components.schemas[name] : schema;
}

function typeOf(schema) {
  if (schema.$ref) {
    return `wire.${schema.$ref.split('/').at(-1)}`;
  }
  return schema.type === 'string' ? 'string' : 'Record<string, unknown>';
}

function optionsOf({ headers }) {
  const named = headers.map((header) => OPTIONS[header]).filter(Boolean);
  switch (named.join()) {
    case '':
      return 'RequestOptions';
    case 'idempotencyKey':
      return 'CreateOptions';
    case Object.values(OPTIONS).join():
      return 'ChangeOptions';
    default:
      return `RequestOptions & Pick<ChangeOptions, ${named.map((name) => `'${name}'`).join(' | ')}>`;
  }
}

function template(path) {
  return path.includes('{') ? `path\`${path.replace(/\{(\w+)\}/g, (_, name) => `\${${camel(name)}}`)}\`` : `'${path}'`;
}

function comment({ summary, description }) {
  const text = [summary, description].filter(Boolean).join('\n\n').split('\n');
  return text.length === 1
    ? `  /** ${text[0]} */`
    : `  /**\n${text.map((line) => `   * ${line}`.trimEnd()).join('\n')}\n   */`;
}

function camel(id) {
  return id.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
}

function pascal(id) {
  return camel(`_${id}`);
}
