import type { Client } from '../client.js';
import type { Aggregate, Aggregation } from '../schema.js';

/** Makes one result of several agents'. */
export class ResultAggregator {
  constructor(private readonly client: Client) {}

  /** The result itself, not an id to ask for it by: the server aggregates at once. */
  aggregateResults(request: Aggregate): Promise<Aggregation> {
    return this.client.aggregate(request);
  }
}
