"""`Idempotency-Key` on a POST to the API: said twice, carried out once, answered the same. Plain ASGI.

Another request under the same key is a conflict, and so is one whose twin is still being carried out. What was refused
may be tried again under the same key. Signing in is left out: its answer is nobody's to keep.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from sqlalchemy.exc import IntegrityError

from cloud.database import DATABASE_FAULTS, Database, UnitOfWork
from cloud.idempotency import service
from cloud.idempotency.service import Answer, Claim
from cloud.kit.problems import PROBLEM_MEDIA_TYPE, Problem, problem_body

HEADER: Final = b"idempotency-key"
RETRY_AFTER_S: Final = 2
_PREFIX: Final = "/api/v1/"
_LEFT_OUT: Final = frozenset({"/api/v1/sessions"})
_KEY: Final = re.compile(rb"[\x21-\x7e]{1,128}")
_KEPT_HEADERS: Final = frozenset({"content-type", "location", "etag"})
_REFUSALS: Final[dict[str, tuple[int, str, str]]] = {
    "malformed": (400, "Bad request", "Idempotency-Key has 1 to 128 printable ASCII characters without spaces."),
    "reused": (409, "Conflict", "This Idempotency-Key was used for another request; take a new one."),
    "in_progress": (409, "Conflict", "The same request is being carried out; ask again."),
    "answer_lost": (
        409,
        "Conflict",
        "This request was carried out; its answer was not kept. Look at what is there now.",
    ),
    "busy": (503, "Busy", "The database does not answer; try again."),
}

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class PostsOnce:
    """Wraps the application; `state` is the application's, with its database, settings and queue of writers."""

    def __init__(self, app: App, state: Any) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        key = _header(scope, HEADER) if _is_concerned(scope) else None
        owner = _header(scope, b"authorization") or _header(scope, b"cookie")
        if key is None or owner is None:
            await self._app(scope, receive, send)
            return
        if not _KEY.fullmatch(key):
            await _refuse(scope, send, "malformed")
            return
        request = await receive()
        print_of_it = _fingerprint(scope, request.get("body", b""))
        secret = self._state.settings.secret
        try:
            id_ = service.key_id(owner, key)
            found: Claim | Answer | str = await self._write(service.claim, id_, print_of_it, secret)
        except IntegrityError:  # a twin was quicker by a moment
            found = "in_progress"
        except DATABASE_FAULTS:
            found = "busy"
        match found:
            case Claim():
                await self._carry_out(scope, _replay(request, receive), send, found)
            case Answer():
                await _answer_again(send, found)
            case obstacle:
                await _refuse(scope, send, obstacle)

    async def _carry_out(self, scope: MutableMapping[str, Any], receive: Receive, send: Send, claimed: Claim) -> None:
        scope["state"]["idempotency_claim"] = claimed
        recorder = _Recorder()
        try:
            await self._app(scope, receive, recorder.record)
        finally:
            answer = recorder.answer
            if answer is not None and 200 <= answer.status < 300:
                await self._try_to_write(service.keep, claimed, answer, self._state.settings.secret)
            else:
                await self._try_to_write(service.release, claimed)
            for message in recorder.messages:  # those of a fault, too
                await send(message)

    async def _try_to_write(self, act: Callable[..., None], *arguments: object) -> None:
        """What cannot be noted now costs an answer, not a change: that one has been marked with itself."""
        try:
            await self._write(act, *arguments)
        except DATABASE_FAULTS:
            return

    async def _write(self, act: Callable[..., Any], *arguments: object) -> Any:
        async with self._state.writers:
            return await asyncio.to_thread(_in_transaction, self._state.database, act, arguments)


def mark_in(session: UnitOfWork, state: Any) -> None:
    """Let a request's transaction note, at its end, that it was made; `state` is the request's."""
    claimed: Claim | None = getattr(state, "idempotency_claim", None)
    if claimed is not None:
        session.before_commit("z_idempotency", lambda unit: service.mark(unit, claimed))


class _Recorder:
    """Holds an answer back until it is kept."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def record(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def answer(self) -> Answer | None:
        starts = [message for message in self.messages if message["type"] == "http.response.start"]
        if not starts:
            return None
        named = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in starts[0]["headers"]]
        headers = tuple((name, value) for name, value in named if name in _KEPT_HEADERS)
        return Answer(starts[0]["status"], headers, b"".join(message.get("body", b"") for message in self.messages[1:]))


def _in_transaction(database: Database, act: Callable[..., Any], arguments: tuple[object, ...]) -> Any:
    with database.transaction() as session:
        return act(session, *arguments)


def _is_concerned(scope: MutableMapping[str, Any]) -> bool:
    if scope["type"] != "http" or scope["method"] != "POST":
        return False
    return scope["path"].startswith(_PREFIX) and scope["path"] not in _LEFT_OUT


def _header(scope: MutableMapping[str, Any], name: bytes) -> bytes | None:
    found: list[bytes] = [value for key, value in scope.get("headers", ()) if key.lower() == name]
    return found[0] if found else None


def _fingerprint(scope: MutableMapping[str, Any], body: bytes) -> str:
    address = json.dumps([scope["path"], scope["query_string"].decode("latin-1")]).encode()
    return hashlib.sha256(hashlib.sha256(address).digest() + body).hexdigest()


def _replay(request: Message, receive: Receive) -> Receive:
    pending = [request]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


async def _answer_again(send: Send, answer: Answer) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    headers += [(b"content-length", str(len(answer.body)).encode()), (b"idempotency-replayed", b"true")]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _refuse(scope: MutableMapping[str, Any], send: Send, why: str) -> None:
    status, title, detail = _REFUSALS[why]
    kind = f"urn:tornello:problem:idempotency_{why}"
    problem = Problem(type=kind, title=title, status=status, detail=detail, request_id=scope["state"]["request_id"])
    body = json.dumps(problem_body(problem)).encode()
    headers = [(b"content-type", PROBLEM_MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    if why in {"in_progress", "busy"}:
        headers.append((b"retry-after", str(RETRY_AFTER_S).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
