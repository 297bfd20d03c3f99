"""Everything that the service refuses, typed by whose fault it is; each becomes one problem+json answer (or page).

`code` is stable and names the refusal for programs and for translation; `detail` says in English what to do.
Anything that is not one of these is a fault of ours: it is logged and answered with 500 without details.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field of the request that cannot be accepted; `field` is its dotted path."""

    field: str
    message: str


class CloudError(Exception):
    """A refusal with an HTTP status."""

    status: ClassVar[int] = 400
    title: ClassVar[str] = "Bad request"

    def __init__(self, code: str, detail: str, *, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.errors = errors


class UnauthenticatedError(CloudError):
    """Nobody is signed in, or the session is over."""

    status = 401
    title = "Sign in first"


class ForbiddenError(CloudError):
    """Who is signed in may not do this."""

    status = 403
    title = "Not permitted"


class NotFoundError(CloudError):
    """There is no such thing."""

    status = 404
    title = "Not found"


class ConflictError(CloudError):
    """The thing is not in a state that allows this."""

    status = 409
    title = "Conflict"


class InUseError(ConflictError):
    """It cannot be deleted while others build on it; `users` are their names."""

    def __init__(self, noun: str, users: Sequence[str]) -> None:
        super().__init__(f"{noun}_in_use", f"Still used by: {', '.join(users)}.")
        self.users = tuple(users)


class GoneError(CloudError):
    """The thing existed, and its time is over."""

    status = 410
    title = "No longer valid"


class InvalidError(CloudError):
    """The request is understood, and a field of it cannot be accepted."""

    status = 422
    title = "Invalid request"


class TooManyRequestsError(CloudError):
    """Too many attempts; `retry_after_s` says when to come back."""

    status = 429
    title = "Too many requests"

    def __init__(self, code: str, detail: str, *, retry_after_s: int) -> None:
        super().__init__(code, detail)
        self.retry_after_s = retry_after_s


def not_found(noun: str, entity_id: str) -> NotFoundError:
    """The refusal for an id that leads nowhere, e.g. `not_found("member", "mem_...")`."""
    return NotFoundError(f"{noun}_not_found", f"There is no {noun.replace('_', ' ')} {entity_id[:80]!r}.")


def invalid_field(field: str, code: str, message: str) -> InvalidError:
    """The refusal of one field, e.g. `invalid_field("ends_on", "ends_before_start", "...")`."""
    return InvalidError(code, message, errors=(FieldError(field, message),))
