"""Owns running git: without a shell, without the settings of whoever runs us, bounded in time and output."""

import asyncio
import base64
import contextlib
import os
import re
import shutil
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from app.errors import BadInput, CmsUnavailable

MAX_OUTPUT: Final = 64 * 1024 * 1024
MAX_SAID: Final = 300
TIMEOUT_S: Final = 120.0
_KEPT_ERROR: Final = 16 * 1024
_SETTINGS: Final = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.quotePath=false",
    "credential.helper=",
    "gc.autoDetach=false",
    "http.followRedirects=false",
    "fetch.recurseSubmodules=false",
    "push.recurseSubmodules=no",
)
_REFUSALS: Final = re.compile(
    r"authentication failed|permission denied|could not read (?:username|password)|access denied|host key verification"
    r"|not appear to be a git repository|repository not found|repository '.*' not found|does not exist"
    r"|dubious ownership|not allowed|error: 40[0134]|protected branch|hook declined",
    re.IGNORECASE,
)
_NO_LOGIN: Final = re.compile(
    r"authentication failed|could not read (?:username|password)|error: 40[13]", re.IGNORECASE
)
_NO_KEY: Final = re.compile(r"permission denied|host key verification", re.IGNORECASE)
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class Remote:
    """Where a repository is; `scheme` is the only protocol that git may speak. `secret` goes over HTTPS alone."""

    url: str
    scheme: str
    user: str
    secret: SecretStr | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: bytes
    error: str


class Git:
    """Commands in one bare repository of ours. `timeout_s` is for each."""

    def __init__(self, folder: Path, remote: Remote, *, timeout_s: float = TIMEOUT_S) -> None:
        self.folder = folder
        self.remote = remote
        self._timeout_s = timeout_s

    async def init(self, folder: Path) -> None:
        """Make an empty bare repository in a folder whose parent is there.

        Raises:
            BadInput, CmsUnavailable: as `ask`.
        """
        made = Git(folder.parent, self.remote, timeout_s=self._timeout_s)
        await made.ask("init", "--quiet", "--bare", "--", str(folder), more={"GIT_DIR": str(folder)})

    async def ask(self, *arguments: str, stdin: bytes = b"", more: Mapping[str, str] | None = None) -> bytes:
        """What a command prints.

        Raises:
            BadInput: git is not installed, or the other side does not let us.
            CmsUnavailable: it failed for another reason, or took too long.
        """
        ran = await self.run(*arguments, stdin=stdin, more=more)
        if ran.code:
            raise self.refuse(ran)
        return ran.out

    async def run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        more: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Ran:
        """As `ask`, for commands whose failure says something. `timeout_s` None: that of all."""
        limit_s = timeout_s or self._timeout_s
        process = await self._start(arguments, more or {})
        try:
            async with asyncio.timeout(limit_s):
                out, said, _ = await asyncio.gather(
                    _take(process.stdout, MAX_OUTPUT), _take(process.stderr, _KEPT_ERROR), _feed(process.stdin, stdin)
                )
                code = await process.wait()
        except TimeoutError as error:
            raise CmsUnavailable(f"git took longer than {limit_s:g} s with {self.remote.url}.") from error
        finally:
            await _end(process)
        if len(out) > MAX_OUTPUT:
            raise BadInput(f"git printed more than {MAX_OUTPUT // 1024**2} MB about {self.remote.url}.")
        return Ran(code, out, said[:_KEPT_ERROR].decode("utf-8", "replace"))

    async def _start(self, arguments: Sequence[str], more: Mapping[str, str]) -> asyncio.subprocess.Process:
        program = shutil.which("git")
        if program is None:
            raise BadInput("The program `git` is not installed, and a source in git needs it. Install it.")
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        try:
            return await asyncio.create_subprocess_exec(
                program,
                "--literal-pathspecs",
                *settings,
                *arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd=self.folder,
                env={**self._make_surroundings(program), **more},
                start_new_session=True,
            )
        except OSError as error:
            raise CmsUnavailable(f"git cannot be run: {error.strerror}.") from error

    def refuse(self, ran: Ran) -> BadInput | CmsUnavailable:
        """The error for a command that failed, with what git says; never with the secret."""
        words = _CONTROLS.sub(" ", ran.error).strip()
        if self.remote.secret:
            words = words.replace(self.remote.secret.get_secret_value(), "***")
        message = f"git cannot work with {self.remote.url}: {words[:MAX_SAID]!r}."
        if _REFUSALS.search(ran.error):
            return BadInput(f"{message} {self._explain(ran.error)}")
        return CmsUnavailable(message)

    def _explain(self, said: str) -> str:
        """What may be wrong on our side, since git names only what it lacked."""
        if self.remote.scheme == "https" and _NO_LOGIN.search(said):
            if self.remote.secret is None:
                return "The host wants a login, and the source has no write secret: give it a token."
            return (
                f"The host does not take the write secret as the token of {self.remote.user!r}. "
                "Give one that may read and write the repository, and name another user in the option `user`."
            )
        if self.remote.scheme == "ssh" and _NO_KEY.search(said):
            return (
                "ssh has no key in ~/.ssh of the user this runs as that the host takes (none with a passphrase can be "
                "used, nor an agent's), or does not know the host: add it to known_hosts there."
            )
        return "Check the source's site, branch and write secret."

    def _make_surroundings(self, program: str) -> dict[str, str]:
        """An environment of our own: no settings, no questions, one protocol, and the secret where no list shows it."""
        surroundings = {
            "PATH": os.pathsep.join([str(Path(program).parent), os.defpath]),
            "HOME": str(self.folder),
            "LC_ALL": "C",
            "GIT_DIR": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "false",
            "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
            "GIT_ALLOW_PROTOCOL": self.remote.scheme,
        }
        if self.remote.secret is not None and self.remote.scheme == "https":
            pair = f"{self.remote.user}:{self.remote.secret.get_secret_value()}"
            surroundings |= {
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": f"http.{self.remote.url}.extraHeader",
                "GIT_CONFIG_VALUE_0": f"Authorization: Basic {base64.b64encode(pair.encode()).decode()}",
            }
        return surroundings


async def _take(stream: asyncio.StreamReader | None, limit: int) -> bytes:
    """What comes out, one byte over the limit at most; the rest is let go, so that the other side is not held up."""
    taken = bytearray()
    while stream is not None and (part := await stream.read(64 * 1024)):
        taken += part[: max(0, limit + 1 - len(taken))]
    return bytes(taken)


async def _feed(stream: asyncio.StreamWriter | None, data: bytes) -> None:
    if stream is None:
        return
    with contextlib.suppress(ConnectionError):
        stream.write(data)
        await stream.drain()
    stream.close()
    with contextlib.suppress(ConnectionError):
        await stream.wait_closed()


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the command and all that it started, if it still runs."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
