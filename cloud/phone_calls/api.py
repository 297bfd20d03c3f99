"""Telephone exchanges over HTTP, and the address at which they tell of calls: without a session, but signed."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from cloud.api import AppDatabase, AppSettings, ReadSession, Transaction, problems
from cloud.errors import TooManyRequestsError
from cloud.kit.attempts import AttemptLimiter
from cloud.phone_calls import exchanges, service
from cloud.phone_calls.schemas import CallIn, CallOut, ExchangeIn, ExchangeOut, NewExchangeOut
from cloud.phone_calls.service import Call
from cloud.phone_calls.signature import SignedBody
from cloud.staff.api import network_address, require
from cloud.staff.service import SignedIn

router = APIRouter(prefix="/phone-exchanges", tags=["telephone"])
_EXAMPLE: Final = {"call_id": "1763778000.42", "from": "+39 333 123 4567"}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": CallIn.model_json_schema(), "example": _EXAMPLE}},
    }
}


@router.get("", dependencies=[require("action_types.write")], responses=problems(401, 403))
def list_phone_exchanges(session: ReadSession) -> list[ExchangeOut]:
    """All of them (at most 20), withdrawn ones too."""
    return [ExchangeOut.model_validate(exchange) for exchange in exchanges.list_all(session)]


@router.post("", status_code=201, responses=problems(401, 403, 404, 409, 422))
def create_phone_exchange(
    body: ExchangeIn, session: Transaction, settings: AppSettings, staff: SignedIn = require("action_types.write")
) -> NewExchangeOut:
    """Let a telephone exchange tell of calls; its secret is in this answer alone."""
    exchange, secret = exchanges.create(session, staff.actor, settings.secret, body.site_id, body.name)
    return NewExchangeOut(**ExchangeOut.model_validate(exchange).model_dump(), secret=secret)


@router.post("/{exchange_id}/withdraw", responses=problems(401, 403, 404, 409))
def withdraw_phone_exchange(
    exchange_id: str, session: Transaction, staff: SignedIn = require("action_types.write")
) -> ExchangeOut:
    """Believe a telephone exchange no more."""
    return ExchangeOut.model_validate(exchanges.withdraw(session, staff.actor, exchange_id))


async def _message(
    request: Request,
    timestamp: Annotated[str, Header(alias="Tornello-Timestamp", max_length=20)],
    signature: Annotated[str, Header(alias="Tornello-Signature", max_length=100)],
) -> SignedBody:
    return SignedBody(timestamp, signature, await request.body())


@router.post("/{exchange_id}/calls", responses=problems(401, 422, 429), openapi_extra=_BODY)
def tell_of_phone_call(
    exchange_id: str,
    message: Annotated[SignedBody, Depends(_message)],
    request: Request,
    database: AppDatabase,
    settings: AppSettings,
) -> CallOut:
    """An exchange tells of an incoming call, signed with its secret.

    `Tornello-Timestamp`: seconds since 1970, at most five minutes from now. `Tornello-Signature`: `v1=` and the hex
    digits of HMAC-SHA256, under the secret, of the timestamp, a full stop and the body. The same `call_id` again
    changes nothing.
    """
    refused: AttemptLimiter = request.app.state.refused_calls
    address = network_address(request)
    if wait_s := refused.attempt(address):
        raise TooManyRequestsError("too_many_calls", "Too many messages were not believed.", retry_after_s=wait_s)
    with database.session() as session:
        service.check_genuine(session, settings.secret, exchange_id, message)
    refused.forget(address)
    try:
        told = CallIn.model_validate_json(message.body)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    with database.transaction() as session:
        return CallOut.model_validate(service.take(session, exchange_id, Call(told.call_id, told.number)))
