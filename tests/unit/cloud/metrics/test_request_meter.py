"""Exchanges are measured by route; streams are left out, and only what matters is told in the log."""

import asyncio
import logging
from types import SimpleNamespace
from typing import Any

import pytest

from cloud.metrics.request_meter import Message, Receive, RequestMeter, Send


class Counted:
    def __init__(self) -> None:
        self.seen: list[tuple[str, str, int]] = []

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        assert seconds >= 0
        self.seen.append((method, route, status))


def exchange(method: str, path: str, *, status: int, route: str | None = None, kind: bytes = b"text/html") -> Counted:
    counted = Counted()

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        if route is not None:
            scope["route"] = SimpleNamespace(path=route)
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        assert message

    asyncio.run(RequestMeter(app, counted)({"type": "http", "method": method, "path": path}, receive, send))
    return counted


def test_an_exchange_is_counted_by_its_route_and_not_by_its_address() -> None:
    counted = exchange("GET", "/members/mem_secret", status=200, route="/members/{member_id}")
    assert counted.seen == [("GET", "/members/{member_id}", 200)]


def test_addresses_that_nobody_answers_are_one() -> None:
    assert exchange("GET", "/wp-admin", status=404).seen == [("GET", "unknown", 404)]
    assert exchange("GET", "/static/x.js", status=200).seen == [("GET", "static", 200)]


def test_a_stream_is_not_an_exchange() -> None:
    assert exchange("GET", "/live", status=200, kind=b"text/event-stream; charset=utf-8").seen == []


@pytest.mark.parametrize(
    ("method", "status", "is_told"), [("GET", 200, False), ("GET", 404, False), ("POST", 201, True), ("GET", 500, True)]
)
def test_changes_and_faults_are_told(caplog: pytest.LogCaptureFixture, method: str, status: int, is_told: bool) -> None:
    caplog.set_level(logging.INFO)
    exchange(method, "/members/mem_secret?q=Rossi", status=status, route="/members/{member_id}")
    assert bool(caplog.messages) is is_told
    assert "secret" not in caplog.text
