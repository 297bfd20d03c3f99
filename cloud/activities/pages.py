"""The settings of the schedule: activities and rooms on one page, and the form of an activity."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from cloud.access_rules import zones
from cloud.action_types.pages import terms
from cloud.activities import service
from cloud.activities.models import Activity
from cloud.activities.schemas import ActivityIn
from cloud.activities.service import ActivityDetails
from cloud.api import ReadSession, Transaction
from cloud.console.asking import chosen_site
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.rooms import service as rooms
from cloud.sites import service as sites

router = APIRouter()

ADDRESS: Final = "/settings/schedule"
BACK: Final = mark("Back to the settings of the schedule")


@router.get(ADDRESS)
def show_schedule_settings(
    session: ReadSession,
    viewer: Viewer = viewing("sessions.write"),
    site: Annotated[str, Query(max_length=24)] = "",
) -> Response:
    """Activities, and the rooms of a club."""
    club = chosen_site(session, site)
    return render(
        viewer,
        "activities/settings.html",
        sites=sites.list_sites(session),
        site=club,
        activities=service.list_all(session),
        rooms=rooms.list_of_site(session, club.id),
        zones={zone.id: zone.name for zone in zones.list_of_site(session, club.id)},
    )


@router.get(ADDRESS + "/activities/new")
def show_new_activity(viewer: Viewer = viewing("sessions.write")) -> Response:
    """An empty form."""
    return _form(viewer, None, {"colour": "blue"})


@router.post(ADDRESS + "/activities")
def create_activity(session: Transaction, form: Submission = submitting("sessions.write")) -> Response:
    """Add the activity."""
    with attempt(session, form.viewer.words) as errors:
        service.create(session, form.viewer.signed_in.actor, ActivityDetails(**_read(form.fields).model_dump()))
    if errors:
        return _form(form.viewer, None, form.fields, errors)
    return go_to(form.viewer, ADDRESS, notice="task_saved")


@router.get(ADDRESS + "/activities/{activity_id}")
def show_activity(activity_id: str, session: ReadSession, viewer: Viewer = viewing("sessions.write")) -> Response:
    """The form of an activity, as it is."""
    activity = service.get(session, activity_id)
    fields = {"name": activity.name, "colour": activity.colour} | (
        {"is_obsolete": "on"} if activity.is_obsolete else {}
    )
    return _form(viewer, activity, fields)


@router.post(ADDRESS + "/activities/{activity_id}")
def change_activity(
    activity_id: str, session: Transaction, form: Submission = submitting("sessions.write")
) -> Response:
    """Save the activity."""
    activity = service.get(session, activity_id)
    with attempt(session, form.viewer.words) as errors:
        service.change(session, form.viewer.signed_in.actor, activity_id, _read(form.fields).model_dump())
    if errors:
        return _form(form.viewer, activity, form.fields, errors)
    return go_to(form.viewer, ADDRESS, notice="task_saved")


def _form(
    viewer: Viewer, activity: Activity | None, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("New activity")) if activity is None else say(mark("Activity")),
        action=f"{ADDRESS}/activities" + (f"/{activity.id}" if activity else ""),
        button=say(mark("Save")),
        back=ADDRESS,
        back_text=say(BACK),
        body="activities/activity_fields.html",
        history=("activity", activity.id) if activity else None,
    )
    return show(viewer, sheet, fields, errors, colours=terms.named(terms.COLOURS, viewer.words))


def _read(fields: Mapping[str, str]) -> ActivityIn:
    return ActivityIn.model_validate(
        {
            "name": fields.get("name", ""),
            "colour": fields.get("colour", ""),
            "is_obsolete": "is_obsolete" in fields,
        }
    )
