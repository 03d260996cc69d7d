import { type CreateOptions, type Http, path, type RequestOptions } from '../http.js';
import type { CreatedKey, CreateKey, Key, KeyPage } from '../schema.js';

/** Keys; for an administrator. */
export class Keys {
  constructor(private readonly http: Http) {}

  /** Makes a key. Its secret is in this answer and nowhere else. */
  create(key: CreateKey, options?: CreateOptions): Promise<CreatedKey> {
    return this.http.json({ method: 'POST', path: '/keys', body: key, options });
  }

  /** All keys, oldest first. */
  list(options?: RequestOptions): Promise<KeyPage> {
    return this.http.json({ method: 'GET', path: '/keys', options });
  }

  /** Makes a key worthless. */
  revoke(keyId: string, options?: RequestOptions): Promise<Key> {
    return this.http.json({ method: 'DELETE', path: path`/keys/${keyId}`, options });
  }
}
