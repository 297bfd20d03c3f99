"""Server-sent events as a response: how many may be open at once, and for how long each.

In memory, for one process. A stream that has lasted `STREAM_LIFE` ends; its client comes back behind the last event
that it saw, and whether it may is asked anew.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from cloud.errors import TooManyRequestsError

STREAM_LIFE: Final = timedelta(minutes=10)
STREAMS_OF_ONE_MAX: Final = 12
"""Of one session: a browser opens at most six connections to one host."""
STREAMS_MAX: Final = 300
RETRY_AFTER_S: Final = 10
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class OpenStreams:
    """Counts the streams that are open, by session. For one event loop."""

    def __init__(self, *, of_one_max: int = STREAMS_OF_ONE_MAX, in_all_max: int = STREAMS_MAX) -> None:
        self._of_one_max = of_one_max
        self._in_all_max = in_all_max
        self._open: Counter[str] = Counter()

    @contextmanager
    def hold(self, session_id: str) -> Iterator[None]:
        """Count a stream for the time of the block.

        Raises:
            TooManyRequestsError: too many are open.
        """
        if self._open[session_id] >= self._of_one_max or self._open.total() >= self._in_all_max:
            raise TooManyRequestsError(
                "too_many_streams", "Too many event streams are open; close some.", retry_after_s=RETRY_AFTER_S
            )
        self._open[session_id] += 1
        try:
            yield
        finally:
            self._open[session_id] -= 1
            self._open += Counter()  # forgets who has none


class EventStream(StreamingResponse):
    """The events of `body` to one session, or 429 if it has too many streams open."""

    def __init__(self, request: Request, session_id: str, body: AsyncIterator[str]) -> None:
        super().__init__(body, headers=_HEADERS, media_type="text/event-stream")
        self._streams: OpenStreams = request.app.state.open_streams
        self._session_id = session_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._streams.hold(self._session_id):
            await super().__call__(scope, receive, send)
