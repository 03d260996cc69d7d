// In Node: `ws`, because Node 20 has no WebSocket of its own, and because that of later versions shows neither pings
// nor the answer that refuses an upgrade.
import { BROKEN, type Refusal, type Socket, type SocketAddress, type SocketListener } from '../socket.js';

export async function openSocket({ url, key }: SocketAddress, listener: SocketListener): Promise<Socket> {
  const { WebSocket } = await import('ws');
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const socket = new WebSocket(url, ['sessiond'], { headers });
  let refusal: Refusal | undefined;
  let why = '';
  socket.on('message', (data, isBinary) => (isBinary ? listener.alive() : listener.message(data.toString())));
  socket.on('ping', () => listener.alive());
  socket.on('error', (error) => {
    // `close` follows.
    why ||= error.message;
  });
  socket.on('unexpected-response', (request, response) => {
    const status = response.statusCode ?? 0;
    refusal = { status, problem: response.headers['content-type']?.startsWith('application/problem+json') ?? false };
    why = `the server answers ${status}`;
    request.destroy();
    listener.closed(BROKEN, why, refusal);
    socket.removeAllListeners('close');
  });
  socket.on('close', (code, reason) => listener.closed(code, reason.toString() || why, refusal));
  return {
    seesPings: true,
    send: (text) => socket.send(text, () => {}),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  };
}
