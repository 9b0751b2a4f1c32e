"""Owns git over https as a host speaks it: git's own server behind TLS, for whoever has the token."""

import base64
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

OPENSSL = shutil.which("openssl")
GIT = shutil.which("git")


class HttpsHost(NamedTuple):
    """Where it is, whom to trust for that, and the status of each answer, in their order."""

    url: str
    certificate: Path
    statuses: list[int]


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of this machine's, which stands for itself, and its key."""
    key, made = folder / "key.pem", folder / "certificate.pem"
    command = [OPENSSL or "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-nodes", "-keyout", str(key), "-out", str(made), "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*command, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)  # noqa: S603
    return made, key


@contextmanager
def serving(folder: Path, user: str, token: str) -> Iterator[HttpsHost]:
    """The bare repositories in a folder, read and pushed to by one user with one token."""
    certificate, key = make_certificate(folder)
    statuses: list[int] = []
    wanted = "Basic " + base64.b64encode(f"{user}:{token}".encode()).decode()

    class Handler(_Handler):
        root, let_in, told = folder, wanted, statuses

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield HttpsHost(f"https://127.0.0.1:{server.server_port}", certificate, statuses)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Hands each request to `git http-backend`, as any web server does."""

    root: Path
    let_in: str
    told: list[int]

    def do_GET(self) -> None:
        """Answer one request."""
        if self.headers.get("Authorization") != self.let_in:
            self._answer(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"")
            return
        path, _, query = self.path.partition("?")
        surroundings = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "REMOTE_USER": "writer",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        ran = subprocess.run(  # noqa: S603 - git
            [GIT or "git", "http-backend"], input=body, env=surroundings, capture_output=True, check=True
        )
        head, _, out = ran.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self._answer(int(fields.pop("Status", "200 OK").split()[0]), fields, out)

    do_POST = do_GET  # noqa: N815 - the library's word

    def _answer(self, status: int, fields: dict[str, str], out: bytes) -> None:
        self.told.append(status)
        self.send_response(status)
        for name, value in (fields | {"Content-Length": str(len(out))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(out)

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the library's word
        """Say nothing."""
