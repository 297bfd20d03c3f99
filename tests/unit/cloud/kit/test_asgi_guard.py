import asyncio
from collections.abc import Sequence

from cloud.kit.asgi_guard import BODY_BYTES_MAX, Message, Receive, RequestGuard, Scope, Send


class Echo:
    """Answers with the body that it read, and remembers what came behind it."""

    def __init__(self) -> None:
        self.body: bytes | None = None
        self.afterwards: Message = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.body = (await receive())["body"]
        self.afterwards = await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"Cache-Control", b"immutable")]})
        await send({"type": "http.response.body", "body": self.body})


def exchange(app: Echo, messages: Sequence[Message], path: str = "/", query: bytes = b"") -> list[Message]:
    incoming = [*messages, {"type": "http.disconnect"}]
    sent: list[Message] = []

    async def receive() -> Message:
        return incoming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(RequestGuard(app)(request(path, query), receive, send))
    return sent


def request(path: str, query: bytes) -> Scope:
    return {"type": "http", "method": "POST", "path": path, "query_string": query}


def part(body: bytes, *, more_body: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more_body}


def test_a_body_in_parts_arrives_whole_and_the_client_can_still_leave() -> None:
    app = Echo()
    exchange(app, [part(b"ab", more_body=True), part(b"cd")])
    assert app.body == b"abcd"
    assert app.afterwards["type"] == "http.disconnect"


def test_a_body_beyond_the_limit_never_reaches_the_application() -> None:
    app = Echo()
    half = bytes(BODY_BYTES_MAX // 2)
    sent = exchange(app, [part(half, more_body=True), part(half, more_body=True), part(b"x", more_body=True)])
    assert app.body is None
    assert sent[0]["status"] == 413


def test_nothing_is_carried_out_for_a_client_that_leaves_in_the_middle() -> None:
    app = Echo()
    assert exchange(app, [part(b"effect=block&text_it=Pas", more_body=True)]) == []
    assert app.body is None


def test_a_body_that_does_not_come_to_an_end_is_not_awaited_for_ever() -> None:
    app, sent = Echo(), list[Message]()

    async def never() -> Message:
        return await asyncio.Future()

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(RequestGuard(app, body_within_s=0)(request("/", b""), never, send))
    assert sent[0]["status"] == 408
    assert app.body is None


def test_headers_are_added_and_the_applications_own_stay() -> None:
    headers = dict(exchange(Echo(), [part(b"")])[0]["headers"])
    assert headers[b"Cache-Control"] == b"immutable"
    assert b"cache-control" not in headers
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert len(headers[b"x-request-id"]) == 16


def test_an_address_with_a_nul_never_reaches_the_application() -> None:
    for path, query in (("/members/\x00", b""), ("/members", b"query=a%00b")):
        app = Echo()
        assert exchange(app, [part(b"")], path, query)[0]["status"] == 400
        assert app.body is None
