"""The hours editor: one line of times for each weekday, and one for each kind of special day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response

from access_policy.schedule import DayWindow
from cloud.access_rules import hours_text, policy, schedules, special_days
from cloud.access_rules.hours_text import HoursTextError
from cloud.access_rules.models import Schedule
from cloud.access_rules.pages import forms
from cloud.access_rules.pages.week import day_names
from cloud.access_rules.schedules import Hours
from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.errors import FieldError, InvalidError
from cloud.sites import service as sites

_FRESH: Final = {f"day_{number}": "06:30–22:00" for number in range(5)} | {"day_5": "09:00–18:00", "day_6": ""}

router = APIRouter()


@dataclass(frozen=True, slots=True)
class HoursField:
    """A line of the form."""

    name: str
    label: str
    kind: str | None = None


@router.get("/access/rules/{site_id}/schedules/new")
def show_new_schedule(site_id: str, session: ReadSession, viewer: Viewer = viewing("access_rules.write")) -> Response:
    """A form with a week that is like most clubs'."""
    sites.get_site(session, site_id)
    return _form(session, viewer, site_id, None, fields=_FRESH, errors={})


@router.post("/access/rules/{site_id}/schedules")
def create_schedule(
    site_id: str, session: Transaction, form: Submission = submitting("access_rules.write")
) -> Response:
    """Add the schedule."""
    with attempt(session, form.viewer.words, _names(form)) as errors:
        hours = _read(form.fields)
        schedules.create(session, form.viewer.signed_in.actor, site_id, form.fields.get("name", ""), hours)
    if errors:
        return _form(session, form.viewer, site_id, None, fields=form.fields, errors=errors)
    return forms.done(form.viewer, site_id, "rules_saved")


@router.get("/access/schedules/{schedule_id}")
def show_schedule(schedule_id: str, session: ReadSession, viewer: Viewer = viewing("access_rules.write")) -> Response:
    """The form of a schedule, as it is."""
    schedule = schedules.get(session, schedule_id)
    hours = schedules.hours_of(schedule)
    fields = {"name": schedule.name}
    for number, windows in enumerate(hours.weekly):
        fields[f"day_{number}"] = hours_text.write_hours(windows)
    for each in _kind_fields(session, schedule.site_id, schedule):
        fields[each.name] = hours_text.write_hours(hours.special.get(each.kind or "", ()))
    return _form(session, viewer, schedule.site_id, schedule, fields=fields, errors={})


@router.post("/access/schedules/{schedule_id}")
def change_schedule(
    schedule_id: str, session: Transaction, form: Submission = submitting("access_rules.write")
) -> Response:
    """Save the hours."""
    schedule = schedules.get(session, schedule_id)
    with attempt(session, form.viewer.words, _names(form)) as errors:
        hours = _read(form.fields)
        schedules.change(
            session,
            form.viewer.signed_in.actor,
            schedule_id,
            name=form.fields.get("name", ""),
            weekly=hours.weekly,
            special=hours.special,
        )
    if errors:
        return _form(session, form.viewer, schedule.site_id, schedule, fields=form.fields, errors=errors)
    return forms.done(form.viewer, schedule.site_id, "rules_saved")


@router.get("/access/schedules/{schedule_id}/delete")
def ask_to_delete_schedule(
    schedule_id: str, session: ReadSession, viewer: Viewer = viewing("access_rules.write")
) -> Response:
    """What deleting means."""
    schedule = schedules.get(session, schedule_id)
    return show(viewer, _delete_question(viewer, schedule), {})


@router.post("/access/schedules/{schedule_id}/delete")
def delete_schedule(
    schedule_id: str, session: Transaction, form: Submission = submitting("access_rules.write")
) -> Response:
    """Delete the hours, or say which levels use them."""
    schedule = schedules.get(session, schedule_id)
    with attempt(session, form.viewer.words) as errors:
        schedules.delete(session, form.viewer.signed_in.actor, schedule_id)
    if errors:
        return show(form.viewer, _delete_question(form.viewer, schedule), {}, errors)
    return forms.done(form.viewer, schedule.site_id, "rule_deleted")


def _form(
    session: UnitOfWork,
    viewer: Viewer,
    site_id: str,
    schedule: Schedule | None,
    *,
    fields: Mapping[str, str],
    errors: Errors,
) -> Response:
    say = viewer.words.text
    if schedule is None:
        title, action = say(mark("New hours")), f"{forms.address_of(site_id)}/schedules"
    else:
        title, action = say(mark("Hours")), f"/access/schedules/{schedule.id}"
    history = ("schedule", schedule.id) if schedule else None
    return show(
        viewer,
        forms.sheet(viewer, site_id, title, action, body="schedule_fields", history=history),
        fields,
        errors,
        days=[HoursField(f"day_{number}", name) for number, name in enumerate(day_names(viewer.language))],
        kinds=_kind_fields(session, site_id, schedule),
    )


def _kind_fields(session: UnitOfWork, site_id: str, schedule: Schedule | None) -> list[HoursField]:
    """The kinds that the schedule has hours for, and those of the calendar."""
    known = sorted(schedule.special) if schedule else []
    of_calendar = {special.kind for special in special_days.list_of_site(session, site_id)}
    kinds = known + sorted(of_calendar - set(known))
    return [HoursField(f"special_{number}", kind, kind) for number, kind in enumerate(kinds[: policy.KINDS_MAX])]


def _read(fields: Mapping[str, str]) -> Hours:
    wrong: list[FieldError] = []

    def windows(name: str) -> Sequence[DayWindow]:
        try:
            return hours_text.parse_hours(fields.get(name, ""))
        except HoursTextError as error:
            wrong.append(FieldError(name, str(error)))
            return ()

    weekly = [windows(f"day_{number}") for number in range(policy.DAYS)]
    numbered = ((fields.get(f"kind_{number}", ""), f"special_{number}") for number in range(policy.KINDS_MAX))
    special = {kind: found for kind, name in numbered if kind and (found := windows(name))}
    if wrong:
        raise InvalidError("hours_wrong", "Some hours cannot be read.", errors=tuple(wrong))
    return Hours(weekly=weekly, special=special)


def _names(form: Submission) -> dict[str, str]:
    """The service calls a line `weekly.0` or `special.holiday`, the form `day_0` or `special_3`."""
    names = {f"weekly.{number}": f"day_{number}" for number in range(policy.DAYS)}
    for number in range(policy.KINDS_MAX):
        if kind := form.fields.get(f"kind_{number}"):
            names[f"special.{policy.plain_kind(kind)}"] = f"special_{number}"
    return names


def _delete_question(viewer: Viewer, schedule: Schedule) -> Sheet:
    say = viewer.words.text
    title = say(mark("Delete the hours %(name)s?"), name=schedule.name)
    text = say(mark("This cannot be undone. Hours that a level uses are kept."))
    return forms.question(viewer, schedule.site_id, title, text, f"/access/schedules/{schedule.id}/delete")
