import { Problem } from '../problem.js';
import { BROKEN, type Socket, type SocketAddress, type SocketListener } from '../socket.js';

/** What a subprotocol may hold (RFC 9110, token). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export async function openSocket({ url, key }: SocketAddress, listener: SocketListener): Promise<Socket> {
  if (key !== undefined && !TOKEN.test(key)) {
    throw Problem.invalid('key', 'a browser can hand on only keys of letters, digits and -._~!#$%&\'*+^`| to a WebSocket');
  }
  // A browser can set no header here, so the key travels as a subprotocol.
  const socket = new WebSocket(url, key === undefined ? ['sessiond'] : ['sessiond', `bearer.${key}`]);
  socket.onmessage = ({ data }) => (typeof data === 'string' ? listener.message(data) : listener.alive());
  let closed = false;
  const close = (code: number, reason: string) => {
    if (!closed) {
      closed = true;
      listener.closed(code, reason);
    }
  };
  socket.onclose = ({ code, reason }) => close(code, reason);
  // Browsers say `close` right after `error`; not everything that is like a browser does.
  socket.onerror = () => setTimeout(() => close(BROKEN, 'the connection failed'));
  return {
    seesPings: false,
    send: (text) => {
      // A socket that is closing takes nothing more; what it would have said is said again after the reconnection.
      if (socket.readyState === socket.OPEN) {
        socket.send(text);
      }
    },
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.close(),
  };
}
