"""The forms of what holds for a whole site: its rules, and its own words for a refusal."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Response

from cloud.access_rules.pages import forms, terms
from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, attempt, show
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.console.words import REASONS
from cloud.kit.i18n import LANGUAGES
from cloud.sites import service as sites
from cloud.sites.models import Site
from cloud.sites.policy import REFUSALS
from cloud.sites.schemas import SiteChange

_FIELDS = (
    "name",
    "locale",
    "lease_days",
    "lease_policy",
    "clock_policy",
    "exit_policy",
    "impossible_travel_s",
    "booking_minutes_before",
    "booking_minutes_after",
    "certificate_warn_days",
)

router = APIRouter()


@router.get("/access/rules/{site_id}/site")
def show_site_rules(site_id: str, session: ReadSession, viewer: Viewer = viewing("access_rules.write")) -> Response:
    """The rules as they are."""
    site = sites.get_site(session, site_id)
    fields = {name: str(getattr(site, name)) for name in _FIELDS}
    return _form(viewer, site, fields | ({"certificate_required": "on"} if site.certificate_required else {}), {})


@router.post("/access/rules/{site_id}/site")
def change_site_rules(
    site_id: str, session: Transaction, form: Submission = submitting("access_rules.write")
) -> Response:
    """Save the rules."""
    site = sites.get_site(session, site_id)
    with attempt(session, form.viewer.words) as errors:
        chosen: dict[str, object] = {name: form.fields.get(name, "") for name in _FIELDS}
        body = SiteChange.model_validate(chosen | {"certificate_required": "certificate_required" in form.fields})
        sites.change_rules(session, form.viewer.signed_in.actor, site_id, body.model_dump(exclude_unset=True))
    if errors:
        return _form(form.viewer, site, form.fields, errors)
    return forms.done(form.viewer, site_id, "rules_saved")


@router.get("/access/rules/{site_id}/texts")
def show_texts(
    site_id: str,
    session: ReadSession,
    viewer: Viewer = viewing("access_rules.write"),
    reason: Annotated[str, Query(max_length=64)] = "not_permitted_at_this_time",
) -> Response:
    """The site's own words for one reason."""
    site = sites.get_site(session, site_id)
    texts = site.refusal_texts.get(reason, {})
    fields = {"reason": reason} | {f"text_{language}": texts.get(language, "") for language in LANGUAGES}
    return _text_form(viewer, site, fields, {})


@router.post("/access/rules/{site_id}/texts")
def change_texts(site_id: str, session: Transaction, form: Submission = submitting("access_rules.write")) -> Response:
    """Save the words; without any the standard ones are shown again."""
    site = sites.lock_site(session, site_id)
    reason = form.fields.get("reason", "")
    written = {language: text for language in LANGUAGES if (text := form.fields.get(f"text_{language}", ""))}
    texts = {known: words for known, words in site.refusal_texts.items() if known != reason}
    with attempt(session, form.viewer.words, {"refusal_texts": "form"}) as errors:
        body = SiteChange.model_validate({"refusal_texts": texts | ({reason: written} if written else {})})
        sites.change_rules(session, form.viewer.signed_in.actor, site_id, body.model_dump(exclude_unset=True))
    if errors:
        return _text_form(form.viewer, site, form.fields, errors)
    return forms.done(form.viewer, site_id, "rules_saved")


def _form(viewer: Viewer, site: Site, fields: Mapping[str, str], errors: Errors) -> Response:
    title, action = viewer.words.text(mark("Rules of the site")), f"{forms.address_of(site.id)}/site"
    sheet = forms.sheet(viewer, site.id, title, action, body="site_fields", history=("site", site.id))
    return show(viewer, sheet, fields, errors, terms=terms)


def _text_form(viewer: Viewer, site: Site, fields: Mapping[str, str], errors: Errors) -> Response:
    reasons = [(str(reason), viewer.words.text(REASONS[reason])) for reason in REFUSALS]
    title, action = viewer.words.text(mark("Own words at the gate")), f"{forms.address_of(site.id)}/texts"
    sheet = forms.sheet(viewer, site.id, title, action, body="text_fields")
    return show(viewer, sheet, fields, errors, reasons=reasons)
