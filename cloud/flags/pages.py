"""Block a member at the turnstile, say something to them there, and lift it again; the proof of each gateway."""

from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response
from pydantic import ValidationError

from cloud.api import ReadSession, Transaction
from cloud.console.flag_board import flag_board
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.console.words import Words
from cloud.database import UnitOfWork
from cloud.errors import ConflictError
from cloud.flags import service
from cloud.flags.schemas import FlagIn
from cloud.flags.service import FlagDetails
from cloud.kit.i18n import LANGUAGES
from cloud.members import service as members
from cloud.sites import service as sites

# What the display says unless staff write something else: where to go, in 32 characters or fewer where possible.
STANDARD_TEXTS: Final = {
    "en": "Please see the front desk",
    "it": "Passi in reception, per favore",
    "ru": "Подойдите к администратору",
}
_FIELD_ERRORS: Final = {
    "too_long": mark("Use 160 characters at most."),
    "literal_error": mark("Choose one of the two."),
}
_OTHER_ERROR: Final = mark("Leave out characters that a display cannot show.")
_TOO_MANY: Final = mark("This member has too many flags already. Lift some first.")

router = APIRouter()


@router.get("/members/{member_id}/flags")
def show_flags(member_id: str, session: ReadSession, viewer: Viewer = viewing("members.read")) -> Response:
    """The flags with their proof, as the part of the member card that keeps itself up to date."""
    member = members.get(session, member_id)
    if not viewer.is_fragment:
        return go_to(viewer, f"/members/{member.id}")
    zone = ZoneInfo(sites.get_site(session, member.site_id).time_zone)
    board = flag_board(session, member, zone, viewer.words)
    return render(viewer, "flags/board.html", member=member, zone=zone, board=board)


@router.get("/members/{member_id}/flags/new")
def show_flag_form(member_id: str, session: ReadSession, viewer: Viewer = viewing("flags.write")) -> Response:
    """The form, with the standard texts filled in."""
    fields = {"effect": "block"} | {f"text_{language}": STANDARD_TEXTS[language] for language in LANGUAGES}
    return _form(session, viewer, member_id, fields, {}, status=200)


@router.post("/members/{member_id}/flags")
def raise_flag(member_id: str, session: Transaction, form: Submission = submitting("flags.write")) -> Response:
    """Let the flag act at the gates; the card then shows the proof."""
    texts = {language: text for language in LANGUAGES if (text := form.fields.get(f"text_{language}", ""))}
    try:
        kind = form.fields.get("device_kind", "")
        fields = {"effect": form.fields.get("effect", ""), "texts": texts, "device_kinds": [kind] if kind else []}
        flag = FlagIn.model_validate(fields)
        details = FlagDetails(effect=flag.effect, texts=dict(flag.texts), device_kinds=flag.device_kinds)
        service.raise_flag(session, form.viewer.signed_in.actor, member_id, details)
    except (ValidationError, ConflictError) as error:
        return _form(session, form.viewer, member_id, form.fields, _errors(error, form.viewer.words), status=422)
    return go_to(form.viewer, f"/members/{member_id}", notice="flag_raised")


@router.post("/flags/{flag_id}/clear")
def clear_flag(flag_id: str, session: Transaction, form: Submission = submitting("flags.write")) -> Response:
    """Lift a flag; the card then shows which gateway has heard of it."""
    flag = service.clear_flag(session, form.viewer.signed_in.actor, flag_id)
    return go_to(form.viewer, f"/members/{flag.member_id}", notice="flag_cleared")


def _form(
    session: UnitOfWork,
    viewer: Viewer,
    member_id: str,
    fields: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    status: int,
) -> Response:
    member = members.get(session, member_id)
    lanes = [gateway.name for gateway in sites.list_gateways(session, member.site_id)]
    template = "flags/form.html" if viewer.is_fragment else "flags/form_page.html"
    context = {"member": member, "lanes": lanes, "fields": fields, "errors": errors}
    return render(viewer, template, status=status, **context)


def _errors(error: ValidationError | ConflictError, words: Words) -> dict[str, str]:
    if isinstance(error, ConflictError):
        return {"form": words.text(_TOO_MANY)}
    return {
        "text_" + str(problem["loc"][1]) if problem["loc"][0] == "texts" else str(problem["loc"][0]): words.text(
            _FIELD_ERRORS.get(problem["type"], _OTHER_ERROR)
        )
        for problem in error.errors()
    }
