"""One id for each HTTP exchange: in its answer, its problem, the audit log, and each line of the log about it.

A caller, or the proxy in front, may bring its own in `X-Request-ID`, so that one id leads through both logs.
"""

import re
import secrets
from contextvars import ContextVar
from typing import Final

REQUEST_ID_HEADER: Final = b"x-request-id"
_TAKEN: Final = re.compile(rb"[A-Za-z0-9._:-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def begin(brought: bytes | None) -> str:
    """The id of the exchange that begins here: the one that was brought, where it can stand in a log, or a new one."""
    is_taken = brought is not None and _TAKEN.fullmatch(brought) is not None
    request_id = brought.decode("ascii") if brought is not None and is_taken else secrets.token_hex(8)
    _current.set(request_id)
    return request_id


def current() -> str:
    """The id of the exchange that is being answered; empty outside of one."""
    return _current.get()
