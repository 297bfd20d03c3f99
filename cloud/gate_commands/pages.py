"""What staff tell a lane to do now, with the answer as it comes."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast, get_args
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response
from pydantic import ValidationError

from cloud.api import ReadSession, Transaction
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.console.words import Words
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, not_found
from cloud.gate_commands import service
from cloud.gate_commands.api import bundle_response
from cloud.gate_commands.models import GateCommand
from cloud.gate_commands.policy import PERMISSIONS, CommandKind
from cloud.gate_commands.schemas import CommandIn
from cloud.sites import service as sites
from cloud.sites.models import Gateway
from cloud.staff import service as staff
from cloud.staff.api import check_permission

HISTORY_ROWS: Final = 20
MODES: Final = ("normal", "free_passage_in", "free_passage_out", "free_passage", "locked", "lockdown")
_FIELDS: Final = ("kind", "direction", "mode", "minutes", "broker", "url", "release", "request_id")
_WRONG_MINUTES: Final = mark("Give a whole number of minutes, a month at most; or leave it empty.")
_WRONG_BROKER: Final = mark("Give a host name or address, a colon and a port, e.g. mqtt.club.example:8883.")
_WRONG_URL: Final = mark("Give an address that begins with https://")
_WRONG_RELEASE: Final = mark("Paste both lines of the file that lies beside the package and ends with .release.")
_WRONG_MODE: Final = mark("Choose one of these. Only what is not normal can have an end.")
_REFUSALS: Final = {
    "lane_without_gateway": mark("No gateway is in charge of this lane."),
    "too_many_commands": mark("The gateway has not answered the commands before. Wait a moment."),
}

router = APIRouter()


@dataclass(frozen=True, slots=True)
class CommandView:
    """A command as the history shows it."""

    command: GateCommand
    state: str
    detail: str
    asked_by: str


@router.get("/access/lanes/{lane_id}/commands")
def show_commands(lane_id: str, session: ReadSession, viewer: Viewer = viewing("gateways.read")) -> Response:
    """The buttons and the history; as fragment the part that keeps itself up to date."""
    lane = sites.get_lane(session, lane_id)
    gateway = sites.find_gateway_of_lane(session, lane_id)
    template = "gate_commands/history.html" if viewer.is_fragment else "gate_commands/lane.html"
    return render(
        viewer,
        template,
        lane=lane,
        zone=ZoneInfo(sites.get_site(session, lane.site_id).time_zone),
        is_connected=_is_connected(gateway, session.now),
        may={kind: viewer.may(permission) for kind, permission in PERMISSIONS.items()},
        request_ids=[secrets.token_urlsafe(16) for _ in range(3)],
        history=_history(session, lane_id),
    )


@router.get("/access/lanes/{lane_id}/commands/{kind}")
def show_command_form(
    lane_id: str, kind: str, session: ReadSession, viewer: Viewer = viewing("gateways.read")
) -> Response:
    """What it means, before it is done."""
    if kind not in get_args(CommandKind):
        raise not_found("command", kind)
    check_permission(viewer.signed_in, PERMISSIONS[cast("CommandKind", kind)])
    fields = {"kind": kind, "request_id": secrets.token_urlsafe(16)}
    return _form(session, viewer, lane_id, fields, {}, status=200)


@router.post("/access/lanes/{lane_id}/commands")
def give_command(lane_id: str, session: Transaction, form: Submission = submitting("gateways.read")) -> Response:
    """Send the command; the page then shows what becomes of it."""
    viewer, words = form.viewer, form.viewer.words
    given = {name: value for name in _FIELDS if (value := form.fields.get(name, ""))}
    if given.get("kind") not in get_args(CommandKind):
        raise not_found("command", given.get("kind", ""))
    try:
        command = CommandIn.model_validate(given)
        check_permission(viewer.signed_in, PERMISSIONS[command.kind])
        service.ask(
            session,
            viewer.signed_in.actor,
            lane_id,
            command.action_at(session.now),
            request_id=command.request_id,
        )
    except ValidationError as error:
        errors = _field_errors(error, given, words)
        return _form(session, viewer, lane_id, form.fields, errors, status=422)
    except ConflictError as error:
        if error.code not in _REFUSALS:
            raise
        errors = {"form": words.text(_REFUSALS[error.code])}
        return _form(session, viewer, lane_id, form.fields, errors, status=409)
    return go_to(viewer, f"/access/lanes/{lane_id}/commands")


@router.get("/access/commands/{command_id}/diagnostics")
def download_diagnostics(
    command_id: str, session: ReadSession, _viewer: Viewer = viewing("gateways.service")
) -> Response:
    """The support bundle that a command has brought."""
    return bundle_response(command_id, service.get_diagnostics(session, command_id))


def _field_errors(error: ValidationError, given: Mapping[str, str], words: Words) -> dict[str, str]:
    if given["kind"] == "move_broker":
        return {"broker": words.text(_WRONG_BROKER)}
    if given["kind"] == "update_software":
        is_url = "url" not in given or any(problem["loc"] == ("url",) for problem in error.errors())
        return {"url": words.text(_WRONG_URL)} if is_url else {"release": words.text(_WRONG_RELEASE)}
    is_minutes = any(problem["loc"] == ("minutes",) for problem in error.errors())
    return {"minutes": words.text(_WRONG_MINUTES)} if is_minutes else {"mode": words.text(_WRONG_MODE)}


def _is_connected(gateway: Gateway | None, now: datetime) -> bool:
    return gateway is not None and sites.is_connected(gateway, now)


def _history(session: UnitOfWork, lane_id: str) -> Sequence[CommandView]:
    commands = service.find_page(session, lane_id, after=None, limit=HISTORY_ROWS).items
    names = staff.names_of(session, {command.asked_by for command in commands})
    return [
        CommandView(command, *service.state_now(command, session.now), names.get(command.asked_by, command.asked_by))
        for command in commands
    ]


def _form(
    session: UnitOfWork,
    viewer: Viewer,
    lane_id: str,
    fields: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    status: int,
) -> Response:
    template = "gate_commands/form.html" if viewer.is_fragment else "gate_commands/form_page.html"
    lane = sites.get_lane(session, lane_id)
    return render(viewer, template, status=status, lane=lane, fields=fields, errors=errors, modes=MODES)
