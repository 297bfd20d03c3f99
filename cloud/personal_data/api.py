"""A person's data over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from cloud.api import ReadSession, Transaction, problems
from cloud.kit.text_fields import Line
from cloud.personal_data import service
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["personal data"])


class PersonalDataOut(BaseModel):
    """All that is kept about a person: the rows of each table, as far as they can be read."""

    kept: dict[str, list[dict[str, Any]]]


class ErasureIn(BaseModel):
    """The member's name, typed once more: an erasure cannot be undone."""

    typed_name: Annotated[Line, Field(max_length=201, examples=["Giulia Rossi"])]


@router.get("/members/{member_id}/personal-data", responses=problems(401, 403, 404, 422))
def read_personal_data(
    member_id: str, session: ReadSession, _: SignedIn = require("personal_data.read")
) -> PersonalDataOut:
    """Everything that is kept about a person."""
    return PersonalDataOut(kept=service.gather(session, member_id))


@router.post("/members/{member_id}/erasure", status_code=204, responses=problems(401, 403, 404, 409, 422))
def erase_person(
    member_id: str, body: ErasureIn, session: Transaction, staff: SignedIn = require("personal_data.erase")
) -> Response:
    """Take the person out of everything. Accounting and access history stay, about nobody; the gateways forget them."""
    service.erase(session, staff.actor, member_id, typed_name=body.typed_name)
    return Response(status_code=204)
