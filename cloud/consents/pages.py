"""The privacy of a person on their card: where they stand with each purpose, what they decided, and the proofs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from cloud.api import ReadSession, Transaction
from cloud.consents import proofs, service
from cloud.consents.api import PROOF_HEADERS
from cloud.consents.schemas import ConsentIn
from cloud.consents.service import ConsentDetails
from cloud.console.forms import Errors
from cloud.console.languages import mark
from cloud.console.rendering import render
from cloud.console.viewer import Upload, Viewer, uploading, viewing
from cloud.database import UnitOfWork
from cloud.members import service as members
from cloud.members.models import Member
from cloud.members.pages import forms
from cloud.members.pages.forms import Sheet, attempt
from cloud.privacy_purposes import service as purposes
from cloud.privacy_purposes import texts
from cloud.privacy_purposes.models import Consent
from cloud.privacy_purposes.pages import terms
from cloud.privacy_purposes.policy import ASKED, name_in
from cloud.staff import service as staff

ROWS: Final = 50
_NAMES: Final = {"purpose_id": "form"}
_BY_DECISION: Final = {"1": mark("They agree"), "0": mark("They refuse, or take back what they agreed to")}

router = APIRouter()


@dataclass(frozen=True, slots=True)
class DecisionView:
    """One line of the history, with what stands behind its ids."""

    consent: Consent
    purpose: str
    number: int | None
    text: str
    author: str
    is_proven: bool


@router.get("/members/{member_id}/consents")
def show_consents(
    member_id: str,
    session: ReadSession,
    viewer: Viewer = viewing("members.read"),
    after: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """Everything that the member ever decided, with the text that they read and the proof."""
    member = members.get(session, member_id)
    page = service.find_page(session, member_id, after=after, limit=ROWS)
    views = _views(session, page.items, viewer.language)
    return render(viewer, "consents/page.html", member=member, views=views, next_after=page.next, terms=terms)


@router.get("/members/{member_id}/consents/upload")
def show_consent_form(
    member_id: str,
    session: ReadSession,
    purpose_id: Annotated[str, Query(max_length=24)],
    viewer: Viewer = viewing("members.write"),
) -> Response:
    """The text to read, what they decide, and the proof."""
    member = members.get(session, member_id)
    return _form(session, viewer, member, {"purpose_id": purpose_id, "is_given": "1", "how": "desk"})


@router.post("/members/{member_id}/consents/upload")
def note_consent(member_id: str, session: Transaction, form: Upload = uploading("members.write")) -> Response:
    """Note the decision; what was noted before stays."""
    member = members.get(session, member_id)
    with attempt(session, form.viewer.words, _NAMES) as errors:
        values = {name: form.fields.get(name, "") for name in ("purpose_id", "how", "typed_name")}
        said = values | {"is_given": form.fields.get("is_given") == "1"}
        body = ConsentIn.model_validate(said | {"decided_on": form.fields.get("decided_on") or None})
        details = ConsentDetails(**body.model_dump(exclude={"proof"}), proof=form.content)
        service.note(session, form.viewer.signed_in.actor, member_id, details)
    if errors:
        return _form(session, form.viewer, member, form.fields, errors)
    return forms.done(form.viewer, member_id, "member_saved")


@router.get("/consents/{consent_id}/proof")
def get_proof(consent_id: str, session: ReadSession, _viewer: Viewer = viewing("members.read")) -> Response:
    """The proof as a file to keep, so that no browser runs what is in it."""
    proof = proofs.get(session, consent_id)
    ending = "pdf" if proof.media_type == proofs.PDF else "jpg"
    headers = PROOF_HEADERS | {"Content-Disposition": f'attachment; filename="{consent_id}.{ending}"'}
    return Response(proof.content, media_type=proof.media_type, headers=headers)


def _views(session: UnitOfWork, consents: Sequence[Consent], language: str) -> list[DecisionView]:
    names = purposes.names_of(session, {each.purpose_id for each in consents})
    read = texts.list_by_ids(session, {each.text_id for each in consents if each.text_id})
    authors = staff.names_of(session, {each.noted_by for each in consents})
    proven = proofs.list_proven(session, [each.id for each in consents])
    views = []
    for each in consents:
        text = read.get(each.text_id or "")
        views.append(
            DecisionView(
                consent=each,
                purpose=name_in(names[each.purpose_id], language),
                number=text.number if text else None,
                text=name_in(text.texts, language) if text else "",
                author=authors.get(each.noted_by, ""),
                is_proven=each.id in proven,
            )
        )
    return views


def _form(
    session: UnitOfWork, viewer: Viewer, member: Member, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    purpose = purposes.get(session, fields.get("purpose_id", ""))
    newest = texts.newest_of(session, [purpose.id]).get(purpose.id)
    sheet = Sheet(
        title=name_in(purpose.names, viewer.language),
        action=f"{forms.address_of(member.id)}/consents/upload",
        button=say(mark("Save")),
        body="consents/consent_fields.html",
        has_file=True,
    )
    return forms.show(
        viewer,
        member,
        sheet,
        fields,
        errors,
        text=newest,
        text_shown=name_in(newest.texts, member.locale) if newest else "",
        is_asked=purpose.basis in ASKED,
        decisions=[(code, say(name)) for code, name in _BY_DECISION.items()],
        ways=[(code, say(name)) for code, name in terms.HOW.items()],
    )
