import { type ClientOptions, type CreateOptions, Http, type RequestOptions } from './http.js';
import { Aggregations, Routes } from './routes.js';
import type { AddedFiles, Aggregate, Aggregation } from './schema.js';
import { Server } from './server.js';
import { followTurn, type FollowTurnOptions, type TurnItem } from './turn.js';
import { watch, type WatchItem, type WatchOptions } from './watch.js';

/**
 * A server's whole interface. Requests and answers have the wire's own shapes, which `docs/openapi.json` describes;
 * what went wrong is a {@link Problem}.
 */
export class Client extends Routes {
  /** The server's address. */
  readonly url: string;
  /** The server itself. */
  readonly server: Server;
  private readonly http: Http;

  constructor(options: ClientOptions = {}) {
    const http = new Http(options);
    super(http);
    this.http = http;
    this.url = http.base;
    this.server = new Server(http);
  }

  /**
   * Follows a session live until it ends. A connection that breaks is made again where it broke: every event is seen
   * once and in order, and what is no longer kept is told as a `gap`.
   */
  watch(sessionId: string, options: WatchOptions = {}): AsyncGenerator<WatchItem, void, undefined> {
    return watch(this.http, sessionId, options);
  }

  /**
   * Follows a turn of a conversation live: all of its answer so far, then the rest as it comes, then its end. A connection
   * that breaks is made again where it broke. To leave never stops the turn.
   */
  followTurn(sessionId: string, turnId: string, options: FollowTurnOptions = {}): AsyncGenerator<TurnItem, void, undefined> {
    return followTurn(this.http, sessionId, turnId, options);
  }

  /**
   * Uploads files to a session, of which the assistant then answers. The response has a result for each, in their order: the file,
   * or the problem. If none could be added, the first one's problem is thrown.
   */
  addFiles(sessionId: string, files: Iterable<File>, options?: RequestOptions): Promise<AddedFiles> {
    const form = new FormData();
    for (const file of files) {
      form.append('file', file);
    }
    return this.files.add(sessionId, form, options);
  }

  /** Makes one result of several agents'. */
  aggregate(request: Aggregate, options?: CreateOptions): Promise<Aggregation> {
    return new Aggregations(this.http).aggregate(request, options);
  }
}
