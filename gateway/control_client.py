"""The other end of the control socket: one request to the running gateway, one answer.

The words of a request are `do` and its arguments; who asks, the gateway knows from the kernel.
"""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gateway.status_client import GatewayNotRunningError

CONTROL_SOCKET: Final = "ctl.sock"
"""The socket's name in the state folder."""

ANSWER_SIZE_MAX: Final = 4 * 1024 * 1024
ANSWER_WAIT_S: Final = 90.0

Arguments = Mapping[str, Any]
Answer = Mapping[str, object]


class RequestRefusedError(Exception):
    """The gateway does not do what was asked; the text says why."""


def ask_gateway(state_dir: Path, do: str, **arguments: object) -> dict[str, Any]:
    """As `ask`, from a command that does nothing else meanwhile."""
    return asyncio.run(ask(state_dir / CONTROL_SOCKET, do, **arguments))


async def ask(path: Path, do: str, **arguments: object) -> dict[str, Any]:
    """Ask the running gateway and return its answer.

    Raises:
        GatewayNotRunningError: nobody listens at `path`, or it ended before it answered.
        RequestRefusedError: it says no.
        TimeoutError: no answer within `ANSWER_WAIT_S`.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=ANSWER_SIZE_MAX)
    except OSError as error:
        raise GatewayNotRunningError(f"no gateway answers at {path}: {error.strerror}") from error
    try:
        writer.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
        async with asyncio.timeout(ANSWER_WAIT_S):
            line = await reader.readline()
    except ConnectionError:
        line = b""
    finally:
        writer.close()
    if not line:
        raise GatewayNotRunningError("the gateway ended before it answered")
    answer: dict[str, Any] = json.loads(line)
    if "refused" in answer:
        raise RequestRefusedError(answer["refused"])
    return answer
