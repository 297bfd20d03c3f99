import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from provisioning.virtual_turnstile.loopback_guard import LoopbackGuard, is_loopback_host, is_own_origin


async def _application(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"in"})


def ask(method: str, **headers: str) -> tuple[int, dict[str, str]]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "method": method,
        "path": "/",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(LoopbackGuard(_application)(scope, receive, send))
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


@pytest.mark.parametrize("host", ["localhost", "localhost:8090", "127.0.0.1:8090", "127.8.8.8", "[::1]:8090"])
def test_the_names_of_this_machine_are_known(host: str) -> None:
    assert is_loopback_host(host)


@pytest.mark.parametrize("host", ["", "example.org", "localhost.example.org", "10.0.0.1:8090", "[::1", "127.0.0.1.nip"])
def test_other_names_are_not(host: str) -> None:
    assert not is_loopback_host(host)


def test_an_origin_is_ours_when_it_is_the_address_of_the_page() -> None:
    assert is_own_origin("http://localhost:8090", "localhost:8090")
    assert not is_own_origin("http://localhost:8080", "localhost:8090")
    assert not is_own_origin("https://localhost:8090", "localhost:8090")
    assert not is_own_origin("null", "localhost:8090")


def test_a_page_of_our_own_may_act() -> None:
    assert ask("POST", host="localhost:8090", origin="http://localhost:8090")[0] == 200


def test_a_program_without_an_origin_may_act() -> None:
    assert ask("POST", host="localhost:8090")[0] == 200


def test_another_page_may_look_at_nothing_and_do_nothing() -> None:
    assert ask("POST", host="localhost:8090", origin="https://example.org")[0] == 403
    status, headers = ask("GET", host="localhost:8090", origin="https://example.org")
    assert status == 200
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


def test_a_foreign_name_for_this_machine_is_refused() -> None:
    assert ask("GET", host="rebound.example.org:8090")[0] == 421


def test_the_page_is_kept_to_its_own_files() -> None:
    policy = ask("GET", host="localhost")[1]["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
