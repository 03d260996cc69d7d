"""A small server that answers what a test has it say, as a service with OpenAI's chat completions does."""

import json
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import sessiond


class ModelServer:
    """Answers in order; when there is nothing left to say, it is silent."""

    def __init__(self, *answers):
        self.answers = deque(answers)
        self.asked = []
        self.headers = []
        self.gone = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def model(self, **settings):
        return sessiond.Model(self.url, "m", **{"retries": 0, **settings})

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def said(self, request):
        """What stood in the messages of a request, by its number."""
        return [message["content"] for message in self.asked[request]["messages"]]

    def _handler(server):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                server.asked.append(json.loads(body))
                server.headers.append(self.headers)
                answer = server.answers.popleft() if server.answers else None
                if answer is None:
                    # Until the client has gone.
                    self.connection.recv(1)
                    server.gone.set()
                    self.close_connection = True
                elif isinstance(answer, list):
                    self._events(answer)
                else:
                    self._send(answer)

            def _send(self, answer):
                status = answer.pop("status", 200)
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def _events(self, pieces):
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.end_headers()
                self.close_connection = True
                try:
                    for piece in pieces:
                        if callable(piece):
                            piece()
                            continue
                        data = "[DONE]" if piece is DONE else json.dumps(_piece(piece))
                        self.wfile.write(f"data: {data}\n\n".encode())
                        self.wfile.flush()
                except OSError:
                    server.gone.set()

            def log_message(self, *_):
                pass

        return Handler


DONE = object()
"""The end of what is streamed; without it, it is cut off."""


def _piece(piece):
    if isinstance(piece, str):
        return {"choices": [{"delta": {"content": piece}}]}
    return piece


def says(text, read=100, wrote=10):
    return {
        "choices": [{"message": {"content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": read, "completion_tokens": wrote},
    }


def calls(*wanted):
    """Tool calls: the name of each, and its arguments, as an object or as the text that the model wrote."""
    return {
        "choices": [
            {
                "message": {
                    "content": None,
                    "tool_calls": [
                        {
                            "id": f"c{i}",
                            "type": "function",
                            "function": {
                                "name": name,
                                "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments),
                            },
                        }
                        for i, (name, arguments) in enumerate(wanted)
                    ],
                },
                "finish_reason": "tool_calls",
            }
        ],
        "usage": {"prompt_tokens": 50, "completion_tokens": 5},
    }


FINISH = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
