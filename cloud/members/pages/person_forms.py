"""The form of a person: a new lead or client, and who somebody is; their state, and their photo."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from cloud.api import ReadSession, Transaction
from cloud.console import forms as plain_forms
from cloud.console.languages import LANGUAGES, mark
from cloud.console.viewer import Submission, Upload, Viewer, submitting, uploading, viewing
from cloud.console.words import CARD_TYPE_STATUSES, MEMBER_STATES, SEXES
from cloud.database import UnitOfWork
from cloud.errors import NotFoundError
from cloud.labels import service as labels
from cloud.labels.service import LabelKind
from cloud.members import contacts, photos, service, states
from cloud.members.contacts import ContactDetails
from cloud.members.models import Member
from cloud.members.pages import forms
from cloud.members.pages.forms import Sheet, attempt
from cloud.members.person_schemas import ContactsIn, StateIn, TagsIn
from cloud.members.schemas import MemberIn
from cloud.members.service import LABEL_FIELDS, MemberDetails
from cloud.sites import service as sites

_OPTIONAL: Final = ("email", "phone", "birth_on", "sex", "card_type_id", "source_id", "reason_id")
_TEXTS: Final = ("first_name", "last_name", "locale", "note", "card_status")
_NAMES: Final = {"contacts": "other_contacts", "tags": "tags"}
_PHOTO_HEADERS: Final = {"Cache-Control": "private, max-age=3600", "Content-Disposition": "inline"}

router = APIRouter()


@router.get("/members/new")
def show_new_member(
    session: ReadSession,
    viewer: Viewer = viewing("members.write"),
    state: Annotated[str, Query(pattern="^(lead|client)$")] = "client",
    phone: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """An empty form, of the language of the first club."""
    every_site = sites.list_sites(session)
    fields = {"state": state, "phone": phone, "site_id": every_site[0].id, "locale": every_site[0].locale}
    return _new(session, viewer, fields)


@router.post("/members")
def create_member(session: Transaction, form: Submission = submitting("members.write")) -> Response:
    """Add the lead or client with contacts and tags, or nothing of it."""
    actor = form.viewer.signed_in.actor
    member_id = ""
    with attempt(session, form.viewer.words, _NAMES) as errors:
        details = MemberDetails(**_read(form.fields).model_dump())
        member_id = service.create(session, actor, details).id
        _save_lists(session, form, member_id)
    if errors:
        return _new(session, form.viewer, form.fields, errors)
    return forms.done(form.viewer, member_id, "member_saved")


@router.get("/members/{member_id}/edit")
def show_member_form(member_id: str, session: ReadSession, viewer: Viewer = viewing("members.write")) -> Response:
    """Who they are, to be changed."""
    member = service.get(session, member_id)
    fields = {name: str(value) for name in (*_TEXTS, *_OPTIONAL) if (value := getattr(member, name)) is not None}
    found = contacts.list_contacts(session, member_id)
    fields["other_contacts"] = "\n".join(", ".join(filter(None, (each.value, each.note))) for each in found)
    fields["tags"] = ", ".join(label.name for label in contacts.tags_of(session, [member_id]).get(member_id, ()))
    return _edit(session, viewer, member, fields)


@router.post("/members/{member_id}/edit")
def change_member(member_id: str, session: Transaction, form: Submission = submitting("members.write")) -> Response:
    """Save who they are."""
    member = service.get(session, member_id)
    with attempt(session, form.viewer.words, _NAMES) as errors:
        body = _read(form.fields | {"site_id": member.site_id, "state": member.state})
        changes = body.model_dump(exclude={"site_id", "state"})
        service.change(session, form.viewer.signed_in.actor, member_id, changes)
        _save_lists(session, form, member_id)
    if errors:
        return _edit(session, form.viewer, member, form.fields, errors)
    return forms.done(form.viewer, member_id, "member_saved")


@router.get("/members/{member_id}/state")
def show_state(member_id: str, session: ReadSession, viewer: Viewer = viewing("members.write")) -> Response:
    """Lead, client or former member, and how it was before."""
    member = service.get(session, member_id)
    return _state(session, viewer, member, {"state": member.state})


@router.post("/members/{member_id}/state")
def set_state(member_id: str, session: Transaction, form: Submission = submitting("members.write")) -> Response:
    """Save what they are from now on."""
    member = service.get(session, member_id)
    with attempt(session, form.viewer.words, {"form": "state"}) as errors:
        body = StateIn.model_validate({name: form.fields.get(name, "") for name in ("state", "reason")})
        states.set_state(session, form.viewer.signed_in.actor, member_id, body.state, body.reason)
    if errors:
        return _state(session, form.viewer, member, form.fields, errors)
    return forms.done(form.viewer, member_id, "member_saved")


@router.get("/members/{member_id}/photo")
def get_photo(member_id: str, session: ReadSession, _viewer: Viewer = viewing("members.read")) -> Response:
    """The photo itself; it is a JPEG that this service wrote."""
    content = photos.get_photo(session, member_id).content
    return Response(content, media_type="image/jpeg", headers=_PHOTO_HEADERS)


@router.get("/members/{member_id}/photo/upload")
def show_photo_form(member_id: str, session: ReadSession, viewer: Viewer = viewing("members.write")) -> Response:
    """A file to choose, and whether there is one to forget."""
    return _photo(session, viewer, service.get(session, member_id))


@router.post("/members/{member_id}/photo/upload")
def set_photo(member_id: str, session: Transaction, form: Upload = uploading("members.write")) -> Response:
    """Save the photo; without a file the one that there is, is forgotten if that is ticked."""
    member = service.get(session, member_id)
    actor = form.viewer.signed_in.actor
    with attempt(session, form.viewer.words) as errors:
        if form.content or "forget" not in form.fields:
            photos.set_photo(session, actor, member_id, form.content)
        else:
            photos.remove_photo(session, actor, member_id)
    if errors:
        return _photo(session, form.viewer, member, errors)
    return forms.done(form.viewer, member_id, "member_saved")


def _read(fields: Mapping[str, str]) -> MemberIn:
    values: dict[str, Any] = {name: fields.get(name, "") for name in (*_TEXTS, "site_id", "state")}
    values |= {name: fields.get(name) or None for name in _OPTIONAL}
    return MemberIn.model_validate(values)


def _save_lists(session: UnitOfWork, form: Submission, member_id: str) -> None:
    lines = [line.partition(",") for line in form.fields.get("other_contacts", "").splitlines() if line.strip()]
    told = [{"kind": "email" if "@" in value else "phone", "value": value, "note": note} for value, _, note in lines]
    body = ContactsIn.model_validate({"contacts": told})
    wanted = [ContactDetails(**contact.model_dump()) for contact in body.contacts]
    actor = form.viewer.signed_in.actor
    contacts.set_contacts(session, actor, member_id, wanted)
    names = [name.strip() for name in form.fields.get("tags", "").split(",") if name.strip()]
    contacts.set_tags(session, actor, member_id, TagsIn.model_validate({"tags": names}).tags)


def _choices(session: UnitOfWork, viewer: Viewer, fields: Mapping[str, str]) -> dict[str, Any]:
    """What the selects of the form offer; an obsolete label only to whoever has it."""
    say = viewer.words.text
    nothing = ("", say(mark("not known")))

    def of_kind(field: str, kind: LabelKind) -> list[tuple[str, str]]:
        found = labels.list_of_kind(session, kind)
        return [nothing] + [
            (each.id, each.name) for each in found if not each.is_obsolete or each.id == fields.get(field)
        ]

    return {
        "label_choices": {field: of_kind(field, kind) for field, kind in LABEL_FIELDS.items()},
        "tag_names": [label.name for label in labels.list_of_kind(session, "tag") if not label.is_obsolete],
        "sex_choices": [nothing, *((code, say(text)) for code, text in SEXES.items())],
        "status_choices": [(code, say(text)) for code, text in CARD_TYPE_STATUSES.items()],
        "language_choices": list(LANGUAGES.items()),
    }


def _new(
    session: UnitOfWork, viewer: Viewer, fields: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response:
    say = viewer.words.text
    is_lead = fields.get("state") == "lead"
    sheet = plain_forms.Sheet(
        title=say(mark("New lead")) if is_lead else say(mark("New member")),
        action="/members",
        button=say(mark("Save")),
        back="/members",
        back_text=say(mark("Back to the members")),
        body="members/person_fields.html",
    )
    site_choices = [(site.id, site.name) for site in sites.list_sites(session)]
    choices = _choices(session, viewer, fields)
    return plain_forms.show(viewer, sheet, fields, errors, is_new=True, site_choices=site_choices, **choices)


def _edit(
    session: UnitOfWork,
    viewer: Viewer,
    member: Member,
    fields: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> Response:
    sheet = Sheet(
        title=member.name,
        action=f"{forms.address_of(member.id)}/edit",
        button=viewer.words.text(mark("Save")),
        body="members/person_fields.html",
    )
    choices = _choices(session, viewer, fields)
    return forms.show(viewer, member, sheet, fields, errors, is_new=False, site_choices=[], **choices)


def _state(
    session: UnitOfWork,
    viewer: Viewer,
    member: Member,
    fields: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("What %(name)s is"), name=member.name),
        action=f"{forms.address_of(member.id)}/state",
        button=say(mark("Save")),
        body="members/state_fields.html",
    )
    changes = states.list_changes(session, member.id)
    state_choices = [(code, say(text)) for code, text in MEMBER_STATES.items()]
    return forms.show(viewer, member, sheet, fields, errors, changes=changes, state_choices=state_choices)


def _photo(session: UnitOfWork, viewer: Viewer, member: Member, errors: Mapping[str, str] | None = None) -> Response:
    try:
        digest = photos.get_photo(session, member.id).digest
    except NotFoundError:
        digest = ""
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Photo of %(name)s"), name=member.name),
        action=f"{forms.address_of(member.id)}/photo/upload",
        button=say(mark("Save")),
        body="members/photo_fields.html",
        has_file=True,
    )
    return forms.show(viewer, member, sheet, {}, errors, photo_digest=digest)
