import { connect, createServer, type Server, type Socket } from 'node:net';

/** Hands TCP connections on to a server, and cuts them when it is told to. */
export class Proxy {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  port = 0;
  /** Connections that were handed on. */
  connections = 0;
  /** What becomes of WebSockets: an answer that refuses them, or silence. */
  upgrades: 'pass' | 'hang' | '400 Bad Request' | '503 Service Unavailable' = 'pass';

  constructor(private readonly target: number) {}

  async start(): Promise<this> {
    const server = createServer((near) => {
      this.keep(near);
      near.once('data', (head) => {
        if (this.upgrades !== 'pass' && /^upgrade: websocket/im.test(head.toString('latin1'))) {
          this.refuse(near);
        } else {
          near.pause();
          near.unshift(head);
          this.pass(near);
        }
      });
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    const address = server.address();
    this.port = typeof address === 'object' && address ? address.port : 0;
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Breaks every connection, as a network does. */
  cut(): void {
    for (const socket of this.sockets) {
      socket.destroy();
    }
  }

  async stop(): Promise<void> {
    const { server } = this;
    await new Promise<void>((resolve) => {
      server?.close(() => resolve());
      this.cut();
    });
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
  }

  private pass(near: Socket): void {
    this.connections += 1;
    const far = connect(this.target, '127.0.0.1');
    this.keep(far);
    for (const [one, other] of [[near, far], [far, near]] as const) {
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
  }

  private refuse(near: Socket): void {
    if (this.upgrades !== 'hang') {
      near.end(`HTTP/1.1 ${this.upgrades}\r\nContent-Type: text/plain\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnone`);
    }
  }
}
