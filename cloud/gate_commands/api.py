"""Commands to lanes over HTTP."""

from fastapi import APIRouter, Response

from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.gate_commands import service
from cloud.gate_commands.policy import PERMISSIONS
from cloud.gate_commands.schemas import CommandIn, CommandOut
from cloud.kit.paging import Page
from cloud.staff.api import check_permission, require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["lanes"])


@router.post("/lanes/{lane_id}/commands", status_code=201, responses=problems(401, 403, 404, 409, 422))
def give_command(
    lane_id: str, body: CommandIn, session: Transaction, staff: SignedIn = require("gateways.read")
) -> CommandOut:
    """Let a lane do something once and now. Reception may open; a manager may change what the lane is; an installer may
    identify, restart and collect diagnostics. A gateway that is not connected misses it at once.
    """
    check_permission(staff, PERMISSIONS[body.kind])
    action = body.action_at(session.now)
    command = service.ask(session, staff.actor, lane_id, action, request_id=body.request_id)
    return CommandOut.of(command, session.now)


@router.get("/lanes/{lane_id}/commands", responses=problems(401, 403, 404, 422))
def list_commands(
    lane_id: str,
    session: ReadSession,
    _staff: SignedIn = require("gateways.read"),
    after: After = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[CommandOut]:
    """The commands to a lane, the newest first."""
    page = service.find_page(session, lane_id, after=after, limit=limit)
    return Page(items=[CommandOut.of(command, session.now) for command in page.items], next=page.next)


@router.get("/commands/{command_id}", responses=problems(401, 403, 404))
def show_command(command_id: str, session: ReadSession, _staff: SignedIn = require("gateways.read")) -> CommandOut:
    """One command, and what has become of it."""
    return CommandOut.of(service.get_command(session, command_id), session.now)


@router.get(
    "/commands/{command_id}/diagnostics",
    response_class=Response,
    responses={200: {"content": {"application/gzip": {}}}, **problems(401, 403, 404, 410)},
)
def download_diagnostics(
    command_id: str, session: ReadSession, _staff: SignedIn = require("gateways.service")
) -> Response:
    """The support bundle that a command has brought."""
    return bundle_response(command_id, service.get_diagnostics(session, command_id))


def bundle_response(command_id: str, bundle: bytes) -> Response:
    """A support bundle as a file to save."""
    headers = {
        "Content-Disposition": f'attachment; filename="{command_id}.tar.gz"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(bundle, media_type="application/gzip", headers=headers)
