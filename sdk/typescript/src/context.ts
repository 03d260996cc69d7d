/** The shared context of a session: one JSON object. */
export type SharedContext = Record<string, unknown>;
