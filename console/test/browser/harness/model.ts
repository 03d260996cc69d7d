// A model that a test scripts, as a service with OpenAI's chat completions.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A piece of an answer, or of the reasoning before it, or a call of a tool after it. */
export type Piece = string | { reasoning: string } | { call: string; arguments: object };

/** What the service answers to a message, piece by piece; it throws a status to refuse. */
export type Script = (message: string, asked: Asked) => AsyncIterable<Piece>;

/** A request as it came. */
export interface Asked {
  model: string;
  messages: { role: string; content: string }[];
  temperature?: number;
  max_tokens?: number;
  /** Whether the answer is sent piece by piece. */
  stream?: boolean;
}

/** A model whose answers a test writes. */
export class ScriptedModel {
  /** All requests, the oldest first. */
  readonly asked: Asked[] = [];
  /** How many answers are on their way. */
  open = 0;
  script: Script = echo;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ScriptedModel> {
    const server = createServer();
    const model = new ScriptedModel(server);
    server.on('request', (request, response) => void model.serve(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return model;
  }

  /** What a server is started with, to have this model. */
  get environment(): Record<string, string> {
    const { port } = this.server.address() as AddressInfo;
    return { SESSIOND_MODEL_URL: `http://127.0.0.1:${port}/v1`, SESSIOND_MODEL: 'scripted' };
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) {
      body += chunk;
    }
    if (!request.url?.endsWith('/chat/completions')) {
      response.writeHead(404).end();
      return;
    }
    const asked = JSON.parse(body) as Asked;
    this.asked.push(asked);
    this.open += 1;
    response.once('close', () => {
      this.open -= 1;
    });
    const send = (value: object) => response.write(`data: ${JSON.stringify({ model: asked.model, ...value })}\n\n`);
    let [pieces, whole] = [0, ''];
    try {
      for await (const piece of this.script(asked.messages.at(-1)?.content ?? '', asked)) {
        if (response.destroyed) {
          return;
        }
        if (!asked.stream) {
          whole += typeof piece === 'string' ? piece : '';
          continue;
        }
        if (pieces === 0) {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
        }
        pieces += 1;
        send({ choices: [{ index: 0, delta: delta(piece, pieces) }] });
      }
      if (!asked.stream) {
        const choice = { index: 0, message: { role: 'assistant', content: whole }, finish_reason: 'stop' };
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ model: asked.model, choices: [choice] }));
        return;
      }
      send({
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
        usage: { prompt_tokens: 20, completion_tokens: pieces },
      });
      response.end('data: [DONE]\n\n');
    } catch (error) {
      if (response.headersSent) {
        // It breaks off in the middle.
        response.destroy();
      } else {
        response.writeHead(typeof error === 'number' ? error : 500).end('{"error": {"message": "the model is ill"}}');
      }
    }
  }
}

/** A piece as the service writes it. */
function delta(piece: Piece, number: number): object {
  if (typeof piece === 'string') {
    return { content: piece };
  }
  if ('reasoning' in piece) {
    return { reasoning_content: piece.reasoning };
  }
  const called = { name: piece.call, arguments: JSON.stringify(piece.arguments) };
  return { tool_calls: [{ index: number, id: `call_${number}`, type: 'function', function: called }] };
}

/** Says the message again. */
async function* echo(message: string): AsyncIterable<Piece> {
  yield `You said: ${message}`;
}
