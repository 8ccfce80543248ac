"""A stand-in for `rasa run`: answers health and turns on a port, and misbehaves as its mode says.

    python fake_rasa.py PORT FOLDER MODE

Each start adds a line with its process id to FOLDER/starts. Standard library only, and quick to start.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    """Health, and a turn that is understood as the mode says."""

    mode = "healthy"

    def do_GET(self) -> None:
        self._send(200, {"status": "ok"})

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["message"]
        if self.headers["Authorization"] != f"Bearer {os.environ['LABAN_RASA_TOKEN']}":
            self._send(401, {"error": "unauthorised"})
        elif self.mode == "failing-turns":
            self._send(500, {"error": "ValueError"})
        else:
            intent = "greet" if "chào" in message else "ask_tuition"
            confidence = 0.05 if self.mode == "untrained" else 0.95
            messages = [] if self.mode == "silent" else [{"text": "…"}]
            self._send(200, {"messages": messages, "intent": {"name": intent, "confidence": confidence}})

    def _send(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def main() -> None:
    """Behave as the mode says."""
    port, folder, mode = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    with (folder / "starts").open("a") as starts:
        starts.write(f"{os.getpid()}\n")
    first = len((folder / "starts").read_text().splitlines()) == 1
    if mode == "broken":
        sys.exit("the model cannot be loaded")
    if mode == "dies-always-after-ready" or (mode == "dies-once" and first):
        threading.Timer(0.5, os._exit, [7]).start()
    if mode == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen(["sleep", "600"])
        (folder / "grandchild").write_text(str(child.pid))
    if mode == "never-ready":
        signal.pause()
    Handler.mode = mode
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
