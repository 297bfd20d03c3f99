"""The process: lanes and web server up in order, and down within two seconds of a signal."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn
from fastapi import FastAPI

from provisioning.virtual_turnstile import api
from provisioning.virtual_turnstile.board import Board
from provisioning.virtual_turnstile.configuration import Settings
from provisioning.virtual_turnstile.errors import PathTakenError
from provisioning.virtual_turnstile.loopback_guard import LoopbackGuard
from provisioning.virtual_turnstile.pages import install_pages
from provisioning.virtual_turnstile.problems import install_problems

CONNECTIONS_MAX = 64
STOP_WITHIN_S = 1


def make_app(board: Board) -> FastAPI:
    """The page and its control API over the lanes of `board`."""
    app = FastAPI(title="Tornello virtual turnstile", docs_url=None, redoc_url=None)
    app.state.board = board
    app.include_router(api.router)
    install_problems(app)
    install_pages(app)
    app.add_middleware(LoopbackGuard)
    return app


class _Server(uvicorn.Server):
    """Leaves the signals of the process to us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(settings: Settings) -> socket.socket:
    """The listening socket.

    Raises:
        PathTakenError: another program listens there.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        # Whoever has read the announced address may connect before the server has begun.
        listener.listen()
    except OSError as error:
        listener.close()
        raise PathTakenError(f"cannot listen on {settings.listen}: {error.strerror}") from error
    return listener


async def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Run until SIGTERM or SIGINT; `announce` gets the page's address once everything is in place.

    Raises:
        ConfigurationError: a file that the configuration names is wrong.
        PathTakenError: an address or a path is in use.
    """
    with bind(settings) as listener:
        async with Board(settings) as board:
            server = _Server(
                uvicorn.Config(
                    make_app(board),
                    lifespan="off",
                    log_level="warning",
                    access_log=False,
                    server_header=False,
                    limit_concurrency=CONNECTIONS_MAX,
                    timeout_graceful_shutdown=STOP_WITHIN_S,
                )
            )

            def stop() -> None:
                board.change.close()
                server.should_exit = True

            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, stop)
            host, port = listener.getsockname()[:2]
            announce(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
            await server.serve([listener])
