"""The event stream as a browser's EventSource reads it, without the browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.browser.club import ANNA, PASSWORD
from tests.browser.conftest import Console


@pytest.fixture
def client(console: Console) -> Iterator[httpx.Client]:
    """Signed in as Anna."""
    with httpx.Client(base_url=console.address, timeout=20) as client:
        client.post("/sign-in", data={"email": ANNA, "password": PASSWORD})
        yield client


@contextmanager
def events(
    client: httpx.Client, *, after: int = 0, last_event_id: str = ""
) -> Iterator[Iterator[tuple[str, str, str]]]:
    """Yields (id, event, data) as they come, behind the word that says that nothing is missed any more."""
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    with client.stream("GET", "/stream", params={"after": after}, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        stream = _parse(response.iter_lines())
        assert next(stream) == ("", "listening", "")
        yield stream


def _parse(lines: Iterator[str]) -> Iterator[tuple[str, str, str]]:
    found: dict[str, str] = {}
    for line in lines:
        if not line:
            if "event" in found:
                yield found.get("id", ""), found["event"], found.get("data", "")
            found = {}
            continue
        name, _, value = line.partition(": ")
        found[name] = f"{found[name]}\n{value}" if name in found else value


def test_nobody_listens_who_is_not_signed_in(console: Console) -> None:
    answer = httpx.get(f"{console.address}/stream")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


def test_a_browser_that_comes_back_gets_what_it_missed_once_and_in_order(
    client: httpx.Client, console: Console
) -> None:
    lane = console.club.lane_1
    taps = [lane.decide(console.club.members["Oliver Hart"]) for _ in range(3)]
    with events(client) as stream:
        seen = [next(stream) for _ in taps]
    assert [re.findall(r'id="tap-(\w+)"', data)[0] for _, _, data in seen] == taps
    lane.pass_through(taps[2], console.club.members["Oliver Hart"])
    newest = lane.decide(None, "block", "credential_not_found")
    with events(client, last_event_id=seen[1][0]) as stream:
        kinds = [(event, re.findall(r'id="(?:tap|passage)-(\w+)"', data)[0]) for _, event, data in _take(stream, 3)]
    assert kinds == [("access", taps[2]), ("passage", taps[2]), ("access", newest)]


def test_after_a_long_absence_only_the_newest_taps_come(client: httpx.Client, console: Console) -> None:
    taps = [console.club.lane_2.decide(None, "block", "credential_not_found") for _ in range(120)]
    with events(client) as stream:
        first = next(stream)
    assert re.findall(r'id="tap-(\w+)"', first[2])[0] == taps[20]


def test_names_and_texts_are_escaped(client: httpx.Client, console: Console) -> None:
    console.club.lane_1.decide(None, "block", "credential_not_found", text="<script>alert(1)</script>\ndata: x")
    page = client.get("/").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def _take(stream: Iterator[tuple[str, str, str]], count: int) -> list[tuple[str, str, str]]:
    return [next(stream) for _ in range(count)]
