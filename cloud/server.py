"""The process that serves: plain HTTP for the loopback or a reverse proxy, HTTPS, and the link to the gateways.

All in one event loop. It ends within five seconds of SIGTERM or Ctrl-C, also with event streams open.
"""

import asyncio
import contextlib
import gc
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import uvicorn

from cloud.app import create_app
from cloud.database import Database
from cloud.metrics.request_meter import RequestMeter
from cloud.metrics.telling import metrics_of, tell_metrics
from cloud.settings import Address, Settings
from cloud.stopping import StoppableApp
from cloud.worker import start_working, stop_requested

FAREWELL_S: Final = 2
"""How long open requests may take when the process ends."""
_BACKLOG: Final = 128
_COLLECTOR_THRESHOLDS: Final = (5000, 20, 50)
_logger = logging.getLogger(__name__)


class AddressBusyError(Exception):
    """Somebody else listens there, or the address is not this machine's."""


class CertificateUnusableError(Exception):
    """The HTTPS listener cannot use its certificate and key."""


async def serve(settings: Settings, database: Database, *, has_worker: bool) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        AddressBusyError: an address cannot be listened on.
        CertificateUnusableError: a file holds no certificate or key, or the two do not belong together.
    """
    metrics = metrics_of(settings.metrics_listen, database)
    app = StoppableApp(RequestMeter(create_app(settings, database), metrics))
    _spare_collector()
    with contextlib.ExitStack() as stack:
        servers = [(_Server(_config(app)), _listen(settings.listen, "http", stack))]
        if settings.tls_listen is not None:
            config = _config(app, settings.tls_certificate, settings.tls_key)
            _load(config)
            servers.append((_Server(config), _listen(settings.tls_listen, "https", stack)))
        async with asyncio.TaskGroup() as tasks:
            for server, listener in servers:
                tasks.create_task(server.serve(sockets=[listener]))
            working = start_working(tasks, settings, database) if has_worker else ()
            working += tell_metrics(tasks, settings.metrics_listen, database, metrics)
            await stop_requested()
            for task in working:
                task.cancel()
            app.stop()
            for server, _ in servers:
                server.should_exit = True


def _spare_collector() -> None:
    """Let the collector leave the application alone, which stays, and come once in several requests instead of in each.

    A full collection is a pause that whoever asks just then feels.
    """
    gc.freeze()
    gc.set_threshold(*_COLLECTOR_THRESHOLDS)


class _Server(uvicorn.Server):
    """Leaves the signals alone: two servers share this process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(app: StoppableApp, certificate: Path | None = None, key: Path | None = None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=FAREWELL_S,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )


def _load(config: uvicorn.Config) -> None:
    """Read certificate and key now, while the mistake can still be told from a fault of the server."""
    try:
        config.load()
    except OSError as error:  # of which ssl.SSLError is one
        raise CertificateUnusableError(
            f"TORNELLO_TLS_CERT {config.ssl_certfile} and TORNELLO_TLS_KEY {config.ssl_keyfile} cannot be used: "
            f"{error.strerror or error}"
        ) from error


def _listen(address: Address, scheme: str, stack: contextlib.ExitStack) -> socket.socket:
    try:
        listener = socket.create_server(
            (address.host, address.port),
            family=socket.AF_INET6 if ":" in address.host else socket.AF_INET,
            backlog=_BACKLOG,
        )
    except OSError as error:
        raise AddressBusyError(f"cannot listen on {scheme}://{address}: {error.strerror or error}") from error
    stack.callback(listener.close)
    # Inherited by every connection; asyncio would leave Nagle's algorithm on, which costs 40 ms an answer.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    host, port = listener.getsockname()[:2]
    _logger.info("listening on %s://%s", scheme, Address(host, port))
    return listener
