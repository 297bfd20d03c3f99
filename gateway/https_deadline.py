"""HTTPS that is over by a moment, whatever the peer does: timeouts alone bound only each silence.

A peer that sends a byte now and then, in the head of its answer, too, or whose name has hundreds of addresses of which
none answers, would keep a thread for days. Here each wait is what is left until the end, and never longer than a
silence may be. Resolving a name is bounded by the system's resolver.
"""

import http.client
import socket
import ssl
import threading
import time
import urllib.request
from functools import partial
from typing import Any, Final

ADDRESSES_MAX: Final = 8
"""So many addresses of a name are tried."""


class Deadline:
    """`within_s` from now everything is over, or as soon as `stop` is set; no wait is longer than `silence_s`."""

    def __init__(self, within_s: float, *, silence_s: float, stop: threading.Event | None = None) -> None:
        self._within_s = within_s
        self._silence_s = silence_s
        self._stop = stop
        self._ends_at = time.monotonic() + within_s

    def wait_s(self) -> float:
        """How long the next wait may be.

        Raises:
            TimeoutError: it is over.
        """
        left_s = self._ends_at - time.monotonic()
        if left_s <= 0 or (self._stop is not None and self._stop.is_set()):
            raise TimeoutError(f"not ready in {self._within_s:.0f} s, or no longer wanted")
        return min(left_s, self._silence_s)


class _BoundedSocket(ssl.SSLSocket):
    """Waits for a read no longer than its deadline allows; without one, as long as its timeout."""

    deadline: Deadline | None = None

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        if self.deadline is not None:
            self.settimeout(self.deadline.wait_s())
        return super().recv_into(buffer, nbytes, flags)


class BoundedConnection(http.client.HTTPSConnection):
    """An HTTPS connection for one exchange; what it is late with raises TimeoutError.

    The handshake is one wait: OpenSSL's calls are bounded as a whole, however many bytes they take.
    """

    def __init__(
        self, host: str, port: int | None = None, *, context: ssl.SSLContext, deadline: Deadline, **_: Any
    ) -> None:
        super().__init__(host, port, timeout=deadline.wait_s(), context=context)
        context.sslsocket_class = _BoundedSocket
        self._deadline = deadline
        self._create_connection = self._connect_to_any

    def connect(self) -> None:
        super().connect()
        assert isinstance(self.sock, _BoundedSocket), "the context makes no others"
        self.sock.deadline = self._deadline

    def _connect_to_any(self, address: tuple[str, int], *_: Any) -> socket.socket:
        fault: OSError | None = None
        found = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[:ADDRESSES_MAX]
        for family, kind, protocol, _name, place in found:
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(self._deadline.wait_s())
                connection.connect(place)
                connection.settimeout(self._deadline.wait_s())
            except OSError as error:
                connection.close()
                fault = error
            else:
                return connection
        raise fault or OSError(f"{address[0]} has no address")


class BoundedHandler(urllib.request.HTTPSHandler):
    """Opens https for urllib by one deadline, wherever servers lead."""

    def __init__(self, context: ssl.SSLContext, deadline: Deadline) -> None:
        super().__init__(context=context)
        self._bounded = partial(BoundedConnection, context=context, deadline=deadline)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._bounded, req)
