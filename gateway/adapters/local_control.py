"""The gateway's control socket: one JSON line in, one out, for commands here that the running service must carry out.

Only the gateway's own user and root reach the state folder, and the socket lets nobody else. A request is bounded in
size and time, and so is the number of those who ask at once.
"""

import asyncio
import contextlib
import json
import logging
import pwd
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from gateway.control_client import ANSWER_WAIT_S, Answer, Arguments, RequestRefusedError

log = logging.getLogger(__name__)

ASKERS_MAX: Final = 8
REQUEST_SIZE_MAX: Final = 4096
REQUEST_WAIT_S: Final = 5.0
_CREDENTIALS: Final = struct.Struct("3i")
"""`struct ucred` of unix(7): process, user, group."""

Handler = Callable[[Arguments], Awaitable[Answer]]
"""Does what is asked and answers; `by` among the arguments is the user who asks. Raises RequestRefusedError."""


class LocalControl:
    """Serves the socket at `path`; `handlers` are the words that it understands.

    A client has `wait_s` to say what it wants, and as long to read the answer.
    """

    def __init__(self, path: Path, handlers: Mapping[str, Handler], *, wait_s: float = REQUEST_WAIT_S) -> None:
        self._path = path
        self._handlers = dict(handlers)
        self._wait_s = wait_s
        self._askers: set[asyncio.StreamWriter] = set()

    def add(self, word: str, handler: Handler) -> None:
        """Understand one more word."""
        self._handlers[word] = handler

    async def run(self) -> None:
        """Serve until cancelled, then remove the socket.

        Raises:
            OSError: the socket cannot be made.
        """
        self._path.unlink(missing_ok=True)
        with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as unbound:
            unbound.bind(str(self._path))
            # Before it listens: nobody slips in.
            self._path.chmod(0o660)
            server = await asyncio.start_unix_server(self._serve, sock=unbound.dup(), limit=REQUEST_SIZE_MAX)
        try:
            # Not serve_forever: from Python 3.12 on its end waits for whoever is connected.
            await asyncio.Event().wait()
        finally:
            server.close()
            for writer in tuple(self._askers):
                writer.transport.abort()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._askers.add(writer)
        try:
            # asyncio reports a connection's task that ends as cancelled as a failure, so this one just ends.
            with contextlib.suppress(OSError, TimeoutError, asyncio.CancelledError):
                answer = await self._answer(reader, writer)
                writer.write(json.dumps(answer).encode() + b"\n")
                writer.close()
                async with asyncio.timeout(self._wait_s):
                    await writer.wait_closed()
        finally:
            self._askers.discard(writer)
            # Who has not read the answer by now does not get it.
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Answer:
        if len(self._askers) > ASKERS_MAX:
            return {"refused": f"more than {ASKERS_MAX} requests at once"}
        try:
            async with asyncio.timeout(self._wait_s):
                request = _parse(await reader.readline())
            handler = self._handlers.get(str(request.pop("do", "")))
            if handler is None:
                return {"refused": f"this gateway does not know the request; it knows {', '.join(self._handlers)}"}
            async with asyncio.timeout(ANSWER_WAIT_S - 1):
                return await handler({**request, "by": _asker(writer)})
        except (RequestRefusedError, ValueError) as error:
            return {"refused": str(error)}
        except TimeoutError:
            return {"refused": "it took too long"}
        except Exception:
            # A command that fails is no reason to take the gate down.
            log.exception("a request on the control socket failed")
            return {"refused": "the gateway failed at it: see its log"}


def _parse(line: bytes) -> dict[str, Any]:
    request = json.loads(line)
    if not isinstance(request, dict):
        raise ValueError("a request is one object on one line")  # noqa: TRY004 - one answer to all that is malformed
    return request


def _asker(writer: asyncio.StreamWriter) -> str:
    """The name of the user at the other end, as the kernel knows it."""
    connection = writer.get_extra_info("socket")
    _, uid, _ = _CREDENTIALS.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
