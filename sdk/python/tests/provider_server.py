"""A small server that answers as the interfaces of several providers do, each as it is documented."""

import json
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ProviderServer:
    """Gives answers in order, and keeps what it was asked."""

    def __init__(self, *answers):
        self.answers = deque(answers)
        self.asked = []
        self.paths = []
        self.headers = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _handler(server):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if self.path.endswith("/api/show"):
                    # Ollama's word on a model's window, which a service of its kind need not have.
                    self.send_error(404)
                    return
                server.asked.append(asked)
                server.paths.append(self.path)
                server.headers.append(self.headers)
                status, kind, body = server.answers.popleft()
                self.send_response(status)
                self.send_header("content-type", kind)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        return Handler


def whole(body, status=200):
    return status, "application/json", json.dumps(body)


def events(*pieces):
    """Server-sent events, whose names are those of what they hold, when that has one."""
    text = ""
    for piece in pieces:
        if "type" in piece:
            text += f"event: {piece['type']}\n"
        text += f"data: {json.dumps(piece)}\n\n"
    return 200, "text/event-stream", text


def lines(*pieces):
    return 200, "application/x-ndjson", "".join(json.dumps(piece) + "\n" for piece in pieces)
