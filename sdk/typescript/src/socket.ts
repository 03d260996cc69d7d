/** What an agent's connection tells. */
export interface SocketListener {
  /** A text frame. */
  message(text: string): void;
  /** Something came that is no text frame, such as a ping: the other side lives. */
  alive(): void;
  /** It is closed, also when it could not be opened; `refusal` when the answer was none that opens it. */
  closed(code: number, reason: string, refusal?: Refusal): void;
}

/** An answer that does not open a WebSocket. */
export interface Refusal {
  /** The HTTP status. */
  status: number;
  /** Whether it is a problem of sessiond, and not what something else on the way says. */
  problem: boolean;
}

/** An agent's connection. */
export interface Socket {
  /** Whether pings of the server are seen, so that silence means that the connection is dead. */
  readonly seesPings: boolean;
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Ends it without the closing handshake, where that can be done. */
  terminate(): void;
}

/** Where to connect, and with which key. */
export interface SocketAddress {
  url: string;
  key: string | undefined;
}

/** The code of a connection that broke without a close frame (RFC 6455). */
export const BROKEN = 1006;
