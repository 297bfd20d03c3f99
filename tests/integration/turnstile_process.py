"""The virtual turnstile as a process of its own, with one lane in a folder of the test."""

import asyncio
import secrets
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

READY_WITHIN_S = 20.0
STOP_WITHIN_S = 10.0
ROOT = Path(__file__).resolve().parents[2]


class TurnstileProcess:
    """`async with TurnstileProcess(folder) as turnstile`: runs inside, and must have ended well by itself after it."""

    def __init__(self, folder: Path, *, passage_window_ms: int = 5000, status_socket: Path | None = None) -> None:
        self.scbk = secrets.token_bytes(16)
        self.port = folder / "lane-1.port"
        self.socket = folder / "lane-1.sock"
        self.status_socket = status_socket or folder / "status.sock"
        self.cards = folder / "cards.json"
        self.config = folder / "turnstile.toml"
        (folder / "lane-1.scbk").write_text(self.scbk.hex())
        self.config.write_text(
            f"""
            listen = "127.0.0.1:0"
            cards = "cards.json"
            [[lane]]
            name = "lane-1"
            title = "Lane 1"
            port = "lane-1.port"
            socket = "lane-1.sock"
            status_socket = "{self.status_socket}"
            passage_window_ms = {passage_window_ms}
            [lane.reader]
            scbk_file = "lane-1.scbk"
            """
        )
        self._process: asyncio.subprocess.Process | None = None
        self.address = ""
        self.http = httpx.AsyncClient()

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "provisioning.virtual_turnstile", "--config", str(self.config)),
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(READY_WITHIN_S):
            line = (await self._process.stdout.readline()).decode()
        self.address = line.removeprefix("virtual turnstile: ").strip()
        self.http = httpx.AsyncClient(base_url=self.address, timeout=15.0)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.http.aclose()
        if await self.kill():
            assert error is not None, "a test ends its turnstile with `stop`"

    async def kill(self) -> bool:
        """End it for good; False when it had ended by itself."""
        if self._process is None or self._process.returncode is not None:
            return False
        self._process.kill()
        await self._process.wait()
        return True

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and give the exit code; TimeoutError when it takes longer than it may."""
        assert self._process is not None
        self._process.send_signal(number)
        async with asyncio.timeout(STOP_WITHIN_S):
            return await self._process.wait()

    async def look(self, **query: Any) -> dict[str, Any]:
        """The lane's view; with `wait_for` and `after`, after that has happened."""
        answer = await self.http.get("/lanes/lane-1", params=query)
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def act(self, action: str, **body: Any) -> dict[str, Any]:
        """Do something to the lane; its view right after it."""
        answer = await self.http.post(f"/lanes/lane-1/{action}", json=body)
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view
