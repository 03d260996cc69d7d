import type { Http, RequestOptions } from './http.js';
import { Documents, ServerRoutes } from './routes.js';

/** The server itself. */
export class Server extends ServerRoutes {
  private readonly documents: Documents;

  constructor(http: Http) {
    super(http);
    this.documents = new Documents(http);
  }

  /** The HTML of the reference, or of a guide when one is named. */
  docs(guide?: string, options?: RequestOptions): Promise<string> {
    return guide === undefined ? this.documents.reference(options) : this.documents.guide(guide, options);
  }

  /** The HTML of the list of error codes, or of the page of one. */
  errorDocs(code?: string, options?: RequestOptions): Promise<string> {
    return code === undefined ? this.documents.errors(options) : this.documents.error(code, options);
  }
}
