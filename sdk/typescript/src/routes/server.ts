import { type Http, path, type RequestOptions } from '../http.js';
import type { Health, Whoami } from '../schema.js';

/** The server itself. */
export class Server {
  constructor(private readonly http: Http) {}

  /** Whether it is alive. */
  health(options?: RequestOptions): Promise<Health> {
    return this.http.json({ method: 'GET', path: '/health', options });
  }

  /** Whether it can write; a problem when not. */
  ready(options?: RequestOptions): Promise<Health> {
    return this.http.json({ method: 'GET', path: '/ready', options });
  }

  /** Who the caller is, and as which agents it may act. */
  whoami(options?: RequestOptions): Promise<Whoami> {
    return this.http.json({ method: 'GET', path: '/whoami', options });
  }

  /** Its figures, in the text format of Prometheus. */
  metrics(options?: RequestOptions): Promise<string> {
    return this.http.text({ method: 'GET', path: '/metrics', accept: 'text/plain', options });
  }

  /** The OpenAPI document. */
  openapi(options?: RequestOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'GET', path: '/openapi.json', options });
  }

  /** The HTML of the reference, or of a guide when one is named. */
  docs(guide?: string, options?: RequestOptions): Promise<string> {
    return this.page(guide === undefined ? '/docs' : path`/docs/${guide}`, options);
  }

  /** The HTML of the list of error codes, or of the page of one. */
  errorDocs(code?: string, options?: RequestOptions): Promise<string> {
    return this.page(code === undefined ? '/docs/errors' : path`/docs/errors/${code}`, options);
  }

  private page(path: string, options: RequestOptions | undefined): Promise<string> {
    return this.http.text({ method: 'GET', path, accept: 'text/html', options });
  }
}
