"""Queries on commands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select

from cloud.database import UnitOfWork
from cloud.gate_commands.models import DiagnosticsChunk, GateCommand
from cloud.gate_commands.policy import OPEN_STATES
from cloud.kit.paging import Page
from cloud.listing import page_by_id

_ANY_OPEN: Final = select(GateCommand.id).where(GateCommand.state.in_(OPEN_STATES)).limit(1)
"""Made once: every session of a gateway asks whenever anything happens to any command."""


def find_by_request(session: UnitOfWork, asked_by: str, request_id: str) -> GateCommand | None:
    """What somebody asked for with this request, if they did."""
    query = select(GateCommand).where(GateCommand.asked_by == asked_by, GateCommand.request_id == request_id)
    return session.scalars(query).one_or_none()


def lock_command(session: UnitOfWork, command_id: str) -> GateCommand | None:
    """A command, kept from others until the transaction ends."""
    return session.get(GateCommand, command_id, with_for_update=True, populate_existing=True)


def has_open(session: UnitOfWork) -> bool:
    """Whether any command waits to be sent or answered."""
    return session.scalar(_ANY_OPEN) is not None


def lock_open(session: UnitOfWork) -> Sequence[GateCommand]:
    """All commands that wait to be sent or answered, the oldest first."""
    query = select(GateCommand).where(GateCommand.state.in_(OPEN_STATES)).order_by(GateCommand.id).with_for_update()
    return session.scalars(query).all()


def find_page(session: UnitOfWork, lane_id: str, *, after: str | None, limit: int) -> Page[GateCommand]:
    """A lane's commands, the newest first."""
    query = select(GateCommand).where(GateCommand.lane_id == lane_id)
    return page_by_id(session, query, GateCommand.id, after=after, limit=limit)


def count_open(session: UnitOfWork, gateway_id: str) -> int:
    """How many commands of a gateway wait to be sent or answered."""
    query = select(func.count()).where(GateCommand.gateway_id == gateway_id, GateCommand.state.in_(OPEN_STATES))
    return session.scalar(query) or 0


def last_changes(session: UnitOfWork) -> dict[str, datetime]:
    """When something last happened to a command of each gateway that ever had one."""
    query = select(GateCommand.gateway_id, func.max(GateCommand.changed_at)).group_by(GateCommand.gateway_id)
    return {row[0]: row[1] for row in session.execute(query)}


def list_chunks(session: UnitOfWork, command_id: str) -> Sequence[DiagnosticsChunk]:
    """What has arrived of a support bundle, in order."""
    query = select(DiagnosticsChunk).where(DiagnosticsChunk.command_id == command_id).order_by(DiagnosticsChunk.index)
    return session.scalars(query).all()


def forget_diagnostics(session: UnitOfWork, gateway_id: str) -> None:
    """Delete the support bundles of a gateway."""
    commands = select(GateCommand.id).where(GateCommand.gateway_id == gateway_id)
    session.execute(delete(DiagnosticsChunk).where(DiagnosticsChunk.command_id.in_(commands)))
