"""Forms of zones, and the button that lets the gates forget who is inside."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Response

from cloud.access_rules import hours_text, policy, zones
from cloud.access_rules.hours_text import HoursTextError
from cloud.access_rules.models import Zone
from cloud.access_rules.pages import forms, terms
from cloud.access_rules.schemas import ZoneIn
from cloud.access_rules.zones import ZoneDetails
from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.errors import invalid_field
from cloud.sites import service as sites

MINUTE_S: Final = 60
FIGURES_MAX: Final = 9
_NAMES: Final = {"passback_s": "passback_minutes", "forgive_minute": "forgive_at"}
_FRESH: Final = {"passback": "off", "forgive_at": hours_text.write_minute(policy.CLOSING_MINUTE)}
_FORGIVE_MEANS: Final = mark(
    "Everybody counts as gone from now on: each may come in again, and the count of people begins at nobody. "
    "This cannot be undone."
)

router = APIRouter()


@router.get("/access/rules/{site_id}/zones/new")
def show_new_zone(site_id: str, session: ReadSession, viewer: Viewer = viewing("access_rules.write")) -> Response:
    """An empty form, with what most clubs want."""
    sites.get_site(session, site_id)
    return _form(viewer, site_id, None, _FRESH, {})


@router.post("/access/rules/{site_id}/zones")
def create_zone(site_id: str, session: Transaction, form: Submission = submitting("access_rules.write")) -> Response:
    """Add the zone."""
    with attempt(session, form.viewer.words, _NAMES) as errors:
        details = ZoneDetails(**_read(form.fields).model_dump())
        zones.create(session, form.viewer.signed_in.actor, site_id, details)
    if errors:
        return _form(form.viewer, site_id, None, form.fields, errors)
    return forms.done(form.viewer, site_id, "rules_saved")


@router.get("/access/zones/{zone_id}")
def show_zone(zone_id: str, session: ReadSession, viewer: Viewer = viewing("access_rules.write")) -> Response:
    """The form of a zone, as it is."""
    zone = zones.get(session, zone_id)
    return _form(viewer, zone.site_id, zone, _fields_of(zone), {})


@router.post("/access/zones/{zone_id}")
def change_zone(zone_id: str, session: Transaction, form: Submission = submitting("access_rules.write")) -> Response:
    """Save the zone."""
    zone = zones.get(session, zone_id)
    with attempt(session, form.viewer.words, _NAMES) as errors:
        zones.change(session, form.viewer.signed_in.actor, zone_id, _read(form.fields).model_dump())
    if errors:
        return _form(form.viewer, zone.site_id, zone, form.fields, errors)
    return forms.done(form.viewer, zone.site_id, "rules_saved")


@router.get("/access/zones/{zone_id}/forgive")
def ask_to_forgive(zone_id: str, session: ReadSession, viewer: Viewer = viewing("access_rules.write")) -> Response:
    """Who is touched by forgetting."""
    zone = zones.get(session, zone_id)
    return show(viewer, _forgive_question(viewer, zone), {})


@router.post("/access/zones/{zone_id}/forgive")
def forgive_zone(zone_id: str, session: Transaction, form: Submission = submitting("access_rules.write")) -> Response:
    """Let the gates forget."""
    zone = zones.forgive(session, form.viewer.signed_in.actor, zone_id)
    return forms.done(form.viewer, zone.site_id, "zone_forgiven")


@router.get("/access/zones/{zone_id}/delete")
def ask_to_delete_zone(zone_id: str, session: ReadSession, viewer: Viewer = viewing("access_rules.write")) -> Response:
    """What deleting means."""
    zone = zones.get(session, zone_id)
    return show(viewer, _delete_question(viewer, zone), {})


@router.post("/access/zones/{zone_id}/delete")
def delete_zone(zone_id: str, session: Transaction, form: Submission = submitting("access_rules.write")) -> Response:
    """Delete the zone, or say who uses it."""
    zone = zones.get(session, zone_id)
    with attempt(session, form.viewer.words) as errors:
        zones.delete(session, form.viewer.signed_in.actor, zone_id)
    if errors:
        return show(form.viewer, _delete_question(form.viewer, zone), {}, errors)
    return forms.done(form.viewer, zone.site_id, "rule_deleted")


def _form(viewer: Viewer, site_id: str, zone: Zone | None, fields: Mapping[str, str], errors: Errors) -> Response:
    say = viewer.words.text
    if zone is None:
        title, action = say(mark("New zone")), f"{forms.address_of(site_id)}/zones"
    else:
        title, action = say(mark("Zone")), f"/access/zones/{zone.id}"
    history = ("zone", zone.id) if zone else None
    sheet = forms.sheet(viewer, site_id, title, action, body="zone_fields", history=history)
    return show(viewer, sheet, fields, errors, terms=terms)


def _read(fields: Mapping[str, str]) -> ZoneIn:
    return ZoneIn.model_validate(
        {
            "name": fields.get("name", ""),
            "passback": fields.get("passback", ""),
            "passback_s": _seconds(fields.get("passback_minutes", "")),
            "forgive_minute": _minute(fields.get("forgive_at", "")),
            "occupancy_limit": fields.get("occupancy_limit") or None,
            "needs_pin": "needs_pin" in fields,
            "has_first_person_in": "has_first_person_in" in fields,
        }
    )


def _seconds(minutes: str) -> int | None:
    if not minutes:
        return None
    if not (minutes.isascii() and minutes.isdigit() and len(minutes) <= FIGURES_MAX):
        raise invalid_field("passback_s", "int_parsing", "Use a whole number.")
    seconds = int(minutes) * MINUTE_S
    if seconds > policy.PASSBACK_S_MAX:
        raise invalid_field("passback_s", "longer_than_week", "At most a week.")
    return seconds


def _minute(text: str) -> int:
    try:
        return hours_text.parse_minute(text) % policy.DAY_MINUTES
    except HoursTextError as error:
        raise invalid_field("forgive_minute", "time_wrong", "Use a time of day.") from error


def _fields_of(zone: Zone) -> dict[str, str]:
    fields = {
        "name": zone.name,
        "passback": zone.passback,
        "passback_minutes": "" if zone.passback_s is None else str(-(-zone.passback_s // MINUTE_S)),
        "forgive_at": hours_text.write_minute(zone.forgive_minute),
        "occupancy_limit": "" if zone.occupancy_limit is None else str(zone.occupancy_limit),
    }
    flags = {"needs_pin": zone.needs_pin, "has_first_person_in": zone.has_first_person_in}
    return fields | {name: "on" for name, is_set in flags.items() if is_set}


def _forgive_question(viewer: Viewer, zone: Zone) -> Sheet:
    say = viewer.words.text
    title, button = say(mark("Forget who is inside %(zone)s?"), zone=zone.name), say(mark("Forget who is inside"))
    action = f"/access/zones/{zone.id}/forgive"
    return forms.question(viewer, zone.site_id, title, say(_FORGIVE_MEANS), action, button=button)


def _delete_question(viewer: Viewer, zone: Zone) -> Sheet:
    say = viewer.words.text
    title = say(mark("Delete the zone %(name)s?"), name=zone.name)
    text = say(mark("This cannot be undone. A zone that a lane leads to or a level grants is kept."))
    return forms.question(viewer, zone.site_id, title, text, f"/access/zones/{zone.id}/delete")
