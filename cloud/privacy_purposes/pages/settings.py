"""The purposes in the settings: the list, the form of a purpose, its texts with their versions."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Response

from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.kit.i18n import LANGUAGES
from cloud.privacy_purposes import service, texts
from cloud.privacy_purposes.models import PrivacyPurpose, PrivacyText
from cloud.privacy_purposes.pages import terms
from cloud.privacy_purposes.policy import ASKED, name_in
from cloud.privacy_purposes.schemas import PurposeIn, TextIn
from cloud.privacy_purposes.service import PurposeDetails
from cloud.staff import service as staff

ADDRESS: Final = "/settings/privacy"
_NAME, _TEXT, _CHANNEL = "name_", "text_", "channel_"
_NAMES: Final = {"names": "name_en", "texts": "text_en", "channels": "form"}

router = APIRouter()


@router.get(ADDRESS)
def show_purposes(session: ReadSession, viewer: Viewer = viewing("action_types.write")) -> Response:
    """Every purpose, with its newest text."""
    found = service.list_all(session)
    newest = texts.newest_of(session, [purpose.id for purpose in found])
    return render(
        viewer,
        "privacy_purposes/list.html",
        purposes=found,
        newest=newest,
        terms=terms,
        asked=ASKED,
        name_in=name_in,
    )


@router.get(ADDRESS + "/new")
def show_new_purpose(viewer: Viewer = viewing("action_types.write")) -> Response:
    """An empty form."""
    return _form(viewer, None, {"basis": "consent"})


@router.post(ADDRESS)
def create_purpose(session: Transaction, form: Submission = submitting("action_types.write")) -> Response:
    """Add the purpose."""
    with attempt(session, form.viewer.words, _NAMES) as errors:
        details = PurposeDetails(**PurposeIn.model_validate(_read(form.fields)).model_dump())
        service.create(session, form.viewer.signed_in.actor, details)
    if errors:
        return _form(form.viewer, None, form.fields, errors)
    return go_to(form.viewer, ADDRESS, notice="task_saved")


@router.get(ADDRESS + "/{purpose_id}")
def show_purpose(purpose_id: str, session: ReadSession, viewer: Viewer = viewing("action_types.write")) -> Response:
    """The form of a purpose, as it is."""
    purpose = service.get(session, purpose_id)
    fields = {_NAME + language: name for language, name in purpose.names.items()}
    fields |= {_CHANNEL + channel: "on" for channel in purpose.channels}
    fields |= {"is_obsolete": "on"} if purpose.is_obsolete else {}
    return _form(viewer, purpose, fields)


@router.post(ADDRESS + "/{purpose_id}")
def change_purpose(
    purpose_id: str, session: Transaction, form: Submission = submitting("action_types.write")
) -> Response:
    """Save the purpose."""
    purpose = service.get(session, purpose_id)
    with attempt(session, form.viewer.words, _NAMES) as errors:
        body = PurposeIn.model_validate(_read(form.fields) | {"basis": purpose.basis})
        changes = body.model_dump(exclude={"basis"})
        service.change(session, form.viewer.signed_in.actor, purpose_id, changes)
    if errors:
        return _form(form.viewer, purpose, form.fields, errors)
    return go_to(form.viewer, ADDRESS, notice="task_saved")


@router.get(ADDRESS + "/{purpose_id}/texts")
def show_texts(purpose_id: str, session: ReadSession, viewer: Viewer = viewing("action_types.write")) -> Response:
    """The newest text to be written anew, and every version that there was."""
    purpose = service.get(session, purpose_id)
    versions = texts.list_versions(session, purpose_id)
    fields = {_TEXT + language: text for language, text in versions[0].texts.items()} if versions else {}
    names = staff.names_of(session, {version.written_by for version in versions})
    return _text_form(viewer, purpose, fields, versions=versions, names=names)


@router.post(ADDRESS + "/{purpose_id}/texts")
def write_text(purpose_id: str, session: Transaction, form: Submission = submitting("action_types.write")) -> Response:
    """Save the text, as a new version once somebody has decided about the newest one."""
    purpose = service.get(session, purpose_id)
    with attempt(session, form.viewer.words, _NAMES) as errors:
        told = {language: _lines(form.fields, _TEXT + language) for language in LANGUAGES}
        body = TextIn.model_validate({"texts": told, "asks_anew": "asks_anew" in form.fields})
        texts.write(session, form.viewer.signed_in.actor, purpose_id, body.texts, asks_anew=body.asks_anew)
    if errors:
        versions = texts.list_versions(session, purpose_id)
        names = staff.names_of(session, {version.written_by for version in versions})
        return _text_form(form.viewer, purpose, form.fields, errors, versions=versions, names=names)
    return go_to(form.viewer, ADDRESS, notice="task_saved")


def _lines(fields: Mapping[str, str], name: str) -> str:
    return fields.get(name, "").replace("\r\n", "\n")


def _read(fields: Mapping[str, str]) -> dict[str, Any]:
    return {
        "names": {language: fields.get(_NAME + language, "") for language in LANGUAGES},
        "basis": fields.get("basis", ""),
        "channels": [channel for channel in terms.CHANNELS if _CHANNEL + channel in fields],
        "is_obsolete": "is_obsolete" in fields,
    }


def _form(
    viewer: Viewer, purpose: PrivacyPurpose | None, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=name_in(purpose.names, viewer.language) if purpose else say(mark("New purpose")),
        action=f"{ADDRESS}/{purpose.id}" if purpose else ADDRESS,
        button=say(mark("Save")),
        back=ADDRESS,
        back_text=say(mark("Back to the purposes")),
        body="privacy_purposes/purpose_fields.html",
        history=("privacy_purpose", purpose.id) if purpose else None,
    )
    bases = [(code, say(name)) for code, name in terms.BASES.items()]
    return show(viewer, sheet, fields, errors, purpose=purpose, bases=bases, terms=terms)


def _text_form(
    viewer: Viewer,
    purpose: PrivacyPurpose,
    fields: Mapping[str, str],
    errors: Errors | None = None,
    *,
    versions: Any,
    names: Mapping[str, str],
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Text of “%(name)s”"), name=name_in(purpose.names, viewer.language)),
        text=say(
            mark("As soon as somebody has decided about a text, it stays as it is, and what you save is a new version.")
        ),
        action=f"{ADDRESS}/{purpose.id}/texts",
        button=say(mark("Save")),
        back=ADDRESS,
        back_text=say(mark("Back to the purposes")),
        body="privacy_purposes/text_fields.html",
    )
    shown: list[PrivacyText] = list(versions)
    return show(viewer, sheet, fields, errors, versions=shown, names=names, name_in=name_in)
