"""Who a member is, over HTTP: state with its history, contacts, tags, photo."""

from typing import Annotated

from fastapi import APIRouter, Body, Response

from cloud.api import ReadSession, Transaction, problems
from cloud.database import UnitOfWork
from cloud.labels.schemas import LabelOut
from cloud.members import contacts, photos, service, states
from cloud.members.contacts import ContactDetails
from cloud.members.person_schemas import ContactOut, ContactsIn, StateChangeOut, StateIn, TagsIn
from cloud.members.schemas import MemberOut
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["members"])


@router.put("/members/{member_id}/state", responses=problems(401, 403, 404, 409, 422))
def set_state(
    member_id: str, body: StateIn, session: Transaction, staff: SignedIn = require("members.write")
) -> MemberOut:
    """Let somebody be a lead, a client or a former member; what they may do at the gate is not touched."""
    return MemberOut.model_validate(states.set_state(session, staff.actor, member_id, body.state, body.reason))


@router.get(
    "/members/{member_id}/state-changes", dependencies=[require("members.read")], responses=problems(401, 403, 404)
)
def list_state_changes(member_id: str, session: ReadSession) -> list[StateChangeOut]:
    """How the state changed, the newest first."""
    service.get(session, member_id)
    return [StateChangeOut.model_validate(change) for change in states.list_changes(session, member_id)]


@router.get("/members/{member_id}/contacts", dependencies=[require("members.read")], responses=problems(401, 403, 404))
def list_contacts(member_id: str, session: ReadSession) -> list[ContactOut]:
    """The telephones and e-mail addresses besides the first ones."""
    service.get(session, member_id)
    return [ContactOut.model_validate(contact) for contact in contacts.list_contacts(session, member_id)]


@router.put("/members/{member_id}/contacts", responses=problems(401, 403, 404, 409, 422))
def set_contacts(
    member_id: str, body: ContactsIn, session: Transaction, staff: SignedIn = require("members.write")
) -> list[ContactOut]:
    """Let these be all of them."""
    wanted = [ContactDetails(**contact.model_dump()) for contact in body.contacts]
    contacts.set_contacts(session, staff.actor, member_id, wanted)
    return [ContactOut.model_validate(contact) for contact in contacts.list_contacts(session, member_id)]


@router.get("/members/{member_id}/tags", dependencies=[require("members.read")], responses=problems(401, 403, 404))
def list_tags(member_id: str, session: ReadSession) -> list[LabelOut]:
    """The member's tags, by name."""
    service.get(session, member_id)
    return _tags(session, member_id)


@router.put("/members/{member_id}/tags", responses=problems(401, 403, 404, 409, 422))
def set_tags(
    member_id: str, body: TagsIn, session: Transaction, staff: SignedIn = require("members.write")
) -> list[LabelOut]:
    """Let the member have exactly these tags."""
    contacts.set_tags(session, staff.actor, member_id, body.tags)
    return _tags(session, member_id)


@router.get("/members/{member_id}/photo", dependencies=[require("members.read")], responses=problems(401, 403, 404))
def get_photo(member_id: str, session: ReadSession) -> Response:
    """The photo as JPEG."""
    return Response(photos.get_photo(session, member_id).content, media_type="image/jpeg")


@router.put("/members/{member_id}/photo", status_code=204, responses=problems(401, 403, 404, 409, 413, 422))
def set_photo(
    member_id: str,
    content: Annotated[bytes, Body(media_type="image/jpeg", description="A JPEG, PNG or WebP picture.")],
    session: Transaction,
    staff: SignedIn = require("members.write"),
) -> Response:
    """Let the member have this photo; it is made small and written anew."""
    photos.set_photo(session, staff.actor, member_id, content)
    return Response(status_code=204)


@router.delete("/members/{member_id}/photo", status_code=204, responses=problems(401, 403, 404))
def remove_photo(member_id: str, session: Transaction, staff: SignedIn = require("members.write")) -> Response:
    """Forget the photo."""
    photos.remove_photo(session, staff.actor, member_id)
    return Response(status_code=204)


def _tags(session: UnitOfWork, member_id: str) -> list[LabelOut]:
    found = contacts.tags_of(session, [member_id]).get(member_id, ())
    return [LabelOut.model_validate(label) for label in found]
