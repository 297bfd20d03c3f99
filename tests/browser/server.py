"""The real application on a free port, in a thread of its own."""

import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn

from cloud.app import create_app
from cloud.database import Database
from cloud.settings import Settings, read_settings


def settings_for(folder: Path, secret: bytes, authority: Path | None = None) -> Settings:
    """Settings of an application without a broker; with an authority it can enrol gateways."""
    secret_file = folder / "secret.hex"
    secret_file.write_text(secret.hex())
    secret_file.chmod(0o600)
    environment = {"DATABASE_URL": f"sqlite:///{folder}/tornello.db", "SECRET_FILE": str(secret_file)}
    if authority:
        environment["AUTHORITY_DIR"] = str(authority)
    return read_settings({f"TORNELLO_{name}": value for name, value in environment.items()})


class ServerThread:
    """Serves an application until the block ends; `address` is where."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            create_app(settings, database), log_level="warning", lifespan="off", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self._socket.close()
        assert not self._thread.is_alive(), "the server did not stop"
