"""One POST to one address, over a connection that goes nowhere but where it was looked up and allowed to.

The host's name is resolved once, every address it has is checked, and one of them is connected to: a name cannot turn
into the inside of the club's network between the check and the call. Nothing is redirected, little is read.
"""

import contextlib
import http.client
import socket
import ssl
import threading
import time
from typing import Final
from urllib.parse import urlsplit

from cloud.webhooks import policy
from cloud.webhooks.service import Outcome, Parcel

WITHIN_S: Final = 10.0
"""For each step."""
ALTOGETHER_S: Final = 30.0
"""For those who answer drop by drop."""
READ_BYTES_MAX: Final = 1024


def send(parcel: Parcel, *, may_be_private: bool) -> Outcome:
    """Send a parcel, signed; blocks for 30 s at most."""
    parts = urlsplit(parcel.url)
    host, is_tls = str(parts.hostname), parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    try:
        address = _look_up(host, port, may_be_private=may_be_private)
        connection = _Pinned(host, port, address, is_tls=is_tls)
        end = threading.Timer(ALTOGETHER_S, connection.cut)
        end.start()
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, parcel.body, _headers(parcel))
            answer = connection.getresponse()
            answer.read(READ_BYTES_MAX)
            return Outcome(answer.status)
        finally:
            end.cancel()
            connection.close()
    except _ForbiddenAddressError as error:
        return Outcome(None, str(error))
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        return Outcome(None, f"{type(error).__name__}: {error}")


class _ForbiddenAddressError(Exception):
    """The host is inside a network that webhooks may not reach."""


class _Pinned(http.client.HTTPConnection):
    """A connection to one IP address, which has to prove to be the host."""

    def __init__(self, host: str, port: int, address: str, *, is_tls: bool) -> None:
        super().__init__(host, port, timeout=WITHIN_S)
        self.default_port = 443 if is_tls else 80  # what need not stand in the header Host
        self._address = address
        self._is_tls = is_tls

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), WITHIN_S)
        if not self._is_tls:
            self.sock = plain
            return
        try:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        except OSError:
            plain.close()
            raise

    def cut(self) -> None:
        """End it from another thread."""
        with contextlib.suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


def _look_up(host: str, port: int, *, may_be_private: bool) -> str:
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(policy.is_reachable(each, may_be_private=may_be_private) for each in found):
        raise _ForbiddenAddressError("the host is in a network that webhooks may not reach")
    return found[0]


def _headers(parcel: Parcel) -> dict[str, str]:
    now_s = int(time.time())
    return {
        "content-type": "application/json",
        "user-agent": "Tornello-Webhooks/1",
        "webhook-id": parcel.delivery_id,
        "webhook-timestamp": str(now_s),
        "webhook-signature": policy.signature(parcel.secret, parcel.delivery_id, now_s, parcel.body),
    }
