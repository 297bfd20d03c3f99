"""Ask a lane for something, send it, and take the answer. A command is good for seconds, and is never sent twice.

Only a gateway that is there now gets one: there is no queue, since whoever asked is standing at the gate.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, GoneError, not_found
from cloud.gate_commands import repository
from cloud.gate_commands.models import GateCommand
from cloud.gate_commands.policy import LIFE, OPEN_STATES, answer_time, kind_of
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.sites import service as sites
from cloud.sites.models import Gateway
from sync_protocol.gate_commands import NONCE_BYTES, CommandAction
from sync_protocol.messages import Command, CommandResult

WAKE_TOPIC: Final = "gate_commands"
OPEN_MAX: Final = 8
_ANSWERED_EARLIER_MAX: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A command on its way to a gateway."""

    site_id: str
    gateway_id: str
    command: Command


def ask(session: UnitOfWork, actor: Actor, lane_id: str, action: CommandAction, *, request_id: str) -> GateCommand:
    """Let the lane's gateway do something now. If it is not there, the command is missed at once.

    Raises:
        NotFoundError: there is no such lane.
        ConflictError: no gateway is in charge of it; it has too much to do; the request was used for something else.
    """
    assert actor.kind == "staff", "commands are given by staff"
    sites.get_lane(session, lane_id)
    arguments = msgspec.to_builtins(action)
    kind = kind_of(action)
    asked = repository.find_by_request(session, actor.id, request_id)
    if asked is not None:
        if (asked.lane_id, _lasting(asked.arguments)) != (lane_id, _lasting(arguments)):
            raise ConflictError("request_id_used", "This request id was used for another command.")
        return asked
    gateway = sites.find_gateway_of_lane(session, lane_id)
    if gateway is None:
        raise ConflictError("lane_without_gateway", "No gateway is in charge of this lane.")
    if repository.count_open(session, gateway.id) >= OPEN_MAX:
        raise ConflictError("too_many_commands", "The gateway has not answered the commands before; wait a moment.")
    absence = _absence(session, gateway)
    command = GateCommand(
        id=new_id("cmd"),
        gateway_id=gateway.id,
        lane_id=lane_id,
        kind=kind,
        arguments=arguments,
        request_id=request_id,
        asked_by=actor.id,
        asked_at=session.now,
        expires_at=session.now + LIFE,
        nonce=secrets.token_bytes(NONCE_BYTES),
        run_id=gateway.run_id or "",
        state="missed" if absence else "asked",
        detail=absence,
        ended_at=session.now if absence else None,
        changed_at=session.now,
    )
    session.add(command)
    if kind == "collect_diagnostics" and not absence:
        repository.forget_diagnostics(session, gateway.id)
    session.flush()
    after = {"lane_id": lane_id, "action": arguments, "state": command.state, "detail": absence}
    audit.record(session, actor, "gate_command.ask", entity=("gate_command", command.id), after=after)
    session.wake_after_commit(WAKE_TOPIC)
    return command


def take_due(session: UnitOfWork) -> list[Outgoing]:
    """What is to be sent now, marked as sent before it is: if we die in between it is missed, and never sent twice.

    What came too late for sending, or was not answered in time, is missed from now on.
    """
    due = []
    for command in repository.lock_open(session):
        if command.state == "asked" and session.now < command.expires_at:
            command.state, command.changed_at = "sent", session.now
            due.append(_outgoing(session, command))
        elif session.now >= command.expires_at + answer_time(command.kind) or command.state == "asked":
            detail = "not_sent" if command.state == "asked" else "no_answer"
            _end(session, command, "missed", detail, at=session.now)
    if due:
        session.wake_after_commit(WAKE_TOPIC)
    return due


def has_due(session: UnitOfWork) -> bool:
    """Whether `take_due` may have something to do."""
    return repository.has_open(session)


def take_result(session: UnitOfWork, gateway: Gateway, result: CommandResult) -> None:
    """Note how a command ended. An answer that comes after all is believed; a repeated one changes nothing."""
    command = repository.lock_command(session, result.command_id)
    if command is None or command.gateway_id != gateway.id:
        return
    is_late_answer = command.state == "missed" and command.detail == "no_answer"
    if command.state != "sent" and not is_late_answer:
        return
    outcome, detail = result.outcome, result.detail
    if command.kind == "collect_diagnostics" and outcome == "done" and not _is_whole(session, command.id):
        outcome, detail = "failed", "incomplete"
    _end(session, command, outcome, detail, at=_ended_at(session, command, result))


def state_now(command: GateCommand, now: datetime) -> tuple[str, str]:
    """The state and its word, also where nobody sends commands who would note that one is missed."""
    if command.state in OPEN_STATES and now >= command.expires_at + answer_time(command.kind):
        return "missed", "no_answer" if command.state == "sent" else "not_sent"
    return command.state, command.detail


def get_command(session: UnitOfWork, command_id: str) -> GateCommand:
    """Raises NotFoundError."""
    command = session.get(GateCommand, command_id)
    if command is None:
        raise not_found("gate_command", command_id)
    return command


def find_page(session: UnitOfWork, lane_id: str, *, after: str | None, limit: int) -> Page[GateCommand]:
    """A lane's commands, the newest first.

    Raises:
        NotFoundError: there is no such lane.
        InvalidError: `after` is no cursor of this list.
    """
    sites.get_lane(session, lane_id)
    return repository.find_page(session, lane_id, after=after, limit=limit)


def last_changes(session: UnitOfWork) -> dict[str, datetime]:
    """When something last happened to a command of each gateway that ever had one."""
    return repository.last_changes(session)


def get_diagnostics(session: UnitOfWork, command_id: str) -> bytes:
    """The support bundle that a command brought: a gzipped tar.

    Raises:
        NotFoundError: there is no such command, or it brought none.
        GoneError: a newer one has taken its place.
    """
    command = get_command(session, command_id)
    if command.kind != "collect_diagnostics" or command.state != "done":
        raise not_found("diagnostics", command_id)
    chunks = repository.list_chunks(session, command_id)
    if not chunks:
        raise GoneError("diagnostics_replaced", "A newer bundle of this gateway has taken its place.")
    return b"".join(chunk.data for chunk in chunks)


def _lasting(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What is the same when somebody asks again: an end in so many minutes is not."""
    return {name: value for name, value in arguments.items() if name != "until"}


def _is_whole(session: UnitOfWork, command_id: str) -> bool:
    chunks: Sequence[Any] = repository.list_chunks(session, command_id)
    return bool(chunks) and [chunk.index for chunk in chunks] == list(range(chunks[0].count))


def _absence(session: UnitOfWork, gateway: Gateway) -> str:
    """Why the gateway cannot be told anything now; empty: it can."""
    if not sites.is_connected(gateway, session.now):
        return "gateway_offline"
    return "" if gateway.run_id else "gateway_too_old"


def _outgoing(session: UnitOfWork, command: GateCommand) -> Outgoing:
    action: CommandAction = msgspec.convert(command.arguments, CommandAction)
    message = Command(
        command.id,
        command.nonce,
        command.run_id,
        command.lane_id,
        action,
        _milliseconds(command.asked_at),
        _milliseconds(command.expires_at),
        command.asked_by,
    )
    return Outgoing(sites.get_lane(session, command.lane_id).site_id, command.gateway_id, message)


def _end(session: UnitOfWork, command: GateCommand, state: str, detail: str, *, at: datetime) -> None:
    before = {"state": command.state}
    command.state, command.detail, command.ended_at, command.changed_at = state, detail, at, session.now
    after = {"state": state, "detail": detail, "at": at.isoformat()}
    actor = (
        Actor("system", "gate-commands")
        if detail in {"not_sent", "no_answer"}
        else Actor("gateway", command.gateway_id)
    )
    entity = ("gate_command", command.id)
    audit.record(session, actor, "gate_command.end", entity=entity, before=before, after=after)
    session.wake_after_commit(WAKE_TOPIC)


def _ended_at(session: UnitOfWork, command: GateCommand, result: CommandResult) -> datetime:
    """When the gateway says it was, if its clock can be believed; otherwise now."""
    earliest = _milliseconds(max(command.asked_at, session.now - _ANSWERED_EARLIER_MAX))
    if result.clock == "synced" and earliest <= result.at_ms <= _milliseconds(session.now):
        return datetime.fromtimestamp(result.at_ms / 1000, UTC)
    return session.now


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
