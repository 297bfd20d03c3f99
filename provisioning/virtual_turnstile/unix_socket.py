"""Listening on a Unix socket at a path that an earlier process may have left behind."""

import asyncio
import socket
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

from provisioning.virtual_turnstile.errors import PathTakenError

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def listen_at(path: Path, handler: Handler, *, line_size_max: int) -> asyncio.Server:
    """Serve at `path`, for this user alone.

    Raises:
        PathTakenError: a living process serves there, or something there is no socket.
    """
    _prepare_path(path)
    server = await asyncio.start_unix_server(handler, path, limit=line_size_max)
    _keep_for_this_user(path)
    return server


def _keep_for_this_user(path: Path) -> None:
    path.chmod(0o600)


def _prepare_path(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        return
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise PathTakenError(f"{path} is there already and is no socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        if probe.connect_ex(str(path)) == 0:
            raise PathTakenError(f"{path} is served by another process")
    path.unlink()
