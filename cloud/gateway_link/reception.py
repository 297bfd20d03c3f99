"""What a message from a gateway does to the database, and what is answered: one transaction a message.

Nothing of MQTT here. The answers may be sent only after the transaction is committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from cloud.access_events import journal
from cloud.access_events.journal import Standing
from cloud.database import UnitOfWork
from cloud.desired_state import service as desired_state
from cloud.enrolment import certificates
from cloud.gate_commands import diagnostics
from cloud.gate_commands import service as gate_commands
from cloud.gateway_health import service as gateway_health
from cloud.kit.storable import find_unstorable
from cloud.sites import service as sites
from cloud.sites.models import Gateway
from cloud.sites.service import GatewayReport
from sync_protocol.errors import MalformedMessageError
from sync_protocol.messages import (
    CloudHeartbeat,
    CommandResult,
    DiagnosticsPart,
    EventBatch,
    EventRefused,
    EventsAcked,
    Heartbeat,
    Hello,
    Message,
    StateApplied,
    StateBuckets,
    Welcome,
)

_TEXT_CHARACTERS_MAX: Final = 64
_NONCE_BYTES_MAX: Final = 32
_REASON_CHARACTERS_MAX: Final = 200
_APPLIED_BACK_MAX: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Known:
    """A gateway as far as the link needs it."""

    gateway_id: str
    site_id: str
    is_retired: bool
    applied_revision: int


def find_known(session: UnitOfWork, gateway_id: str) -> Known | None:
    """The gateway behind an id, or None."""
    gateway = sites.find_gateway(session, gateway_id)
    return None if gateway is None else known_of(gateway)


def known_of(gateway: Gateway) -> Known:
    """What the link needs of a gateway."""
    return Known(gateway.id, gateway.site_id, gateway.retired_at is not None, gateway.applied_revision)


def confirm_again(session: UnitOfWork, gateways: Sequence[Gateway]) -> dict[str, list[EventsAcked]]:
    """How far the journals of these gateways are taken over, as they would have been told; by the gateway's id."""
    counted = desired_state.heads(session)
    standings = journal.standings(session, [gateway.id for gateway in gateways])
    return {
        gateway.id: [_acked(standing, counted.get(gateway.site_id, 0)) for standing in standings[gateway.id]]
        for gateway in gateways
        if gateway.id in standings
    }


def receive(session: UnitOfWork, gateway: Gateway, message: Message, serial: str) -> list[Message]:
    """Take a message over that was signed with the key of this certificate, and say what to answer after the commit.

    Raises:
        MalformedMessageError: the message holds something that no table can, or is not one that gateways send.
    """
    match message:
        case Hello():
            certificates.note_in_use(session, gateway, serial)
            return _receive_hello(session, gateway, message)
        case Heartbeat():
            return _receive_heartbeat(session, gateway, message)
        case EventBatch():
            return _receive_events(session, gateway, message)
        case StateApplied():
            _check(message)
            applied_at = _applied_at(session, message)
            desired_state.record_report(session, gateway, message.revision, message.digest_root, applied_at=applied_at)
        case CommandResult():
            _check(message)
            gate_commands.take_result(session, gateway, message)
        case DiagnosticsPart():
            diagnostics.take_part(session, gateway, message)
        case StateBuckets():
            pass  # a question alone: there is nothing to be kept
        case _:
            raise MalformedMessageError(f"{type(message).__name__} does not come from gateways")
    return []


def _receive_hello(session: UnitOfWork, gateway: Gateway, hello: Hello) -> list[Message]:
    _check(hello)
    if len(hello.nonce) > _NONCE_BYTES_MAX:
        raise MalformedMessageError(f"a nonce has at most {_NONCE_BYTES_MAX} bytes")
    report = GatewayReport(
        boot_id=hello.boot_id,
        clock=hello.clock,
        outbox=(hello.outbox.first_seq, hello.outbox.next_seq),
        software_version=hello.software_version,
        run_id=hello.run_id,
    )
    sites.record_report(session, gateway, report)
    desired_state.record_report(session, gateway, hello.applied_revision, hello.digest_root, applied_at=session.now)
    standing = journal.open_journal(session, gateway, hello.journal_epoch, hello.outbox.first_seq, hello.nonce)
    head = desired_state.head(session, gateway.site_id)
    return [
        Welcome(
            cloud_time_ms=_milliseconds(session.now),
            head_revision=head.revision,
            digest_root=head.digest_root,
            journal_epoch=hello.journal_epoch,
            acked_seq=standing.acked_seq,
            nonce=hello.nonce,
            acked_chain=standing.chain,
        )
    ]


def _receive_heartbeat(session: UnitOfWork, gateway: Gateway, beat: Heartbeat) -> list[Message]:
    _check(beat)
    report = GatewayReport(
        boot_id=beat.boot_id,
        clock=beat.clock,
        outbox=(beat.outbox.first_seq, beat.outbox.next_seq),
        readers=tuple(msgspec.to_builtins(reader) for reader in beat.readers),
    )
    sites.record_report(session, gateway, report)
    gateway_health.record(session, gateway, beat)
    desired_state.record_report(session, gateway, beat.applied_revision, beat.digest_root, applied_at=session.now)
    head = desired_state.head(session, gateway.site_id)
    return [CloudHeartbeat(_milliseconds(session.now), head.revision, head.digest_root)]


def _receive_events(session: UnitOfWork, gateway: Gateway, batch: EventBatch) -> list[Message]:
    reason = find_unstorable(batch.journal_epoch, characters_max=_TEXT_CHARACTERS_MAX)
    if reason:
        raise MalformedMessageError(f"the journal's epoch is {reason}")
    outcome = journal.record_batch(session, gateway, batch)
    desired_state.settle(session)
    counted_revision = desired_state.head_revision(session, gateway.site_id)
    refusals = [EventRefused(batch.journal_epoch, seq, why[:_REASON_CHARACTERS_MAX]) for seq, why in outcome.refused]
    return [*refusals, _acked(outcome.standing, counted_revision)]


def _acked(standing: Standing, counted_revision: int) -> EventsAcked:
    return EventsAcked(standing.epoch, standing.acked_seq, counted_revision, standing.hello_nonce)


def _check(message: Message) -> None:
    reason = find_unstorable(msgspec.to_builtins(message), characters_max=_TEXT_CHARACTERS_MAX)
    if reason:
        raise MalformedMessageError(f"{type(message).__name__} holds {reason}")


def _applied_at(session: UnitOfWork, message: StateApplied) -> datetime:
    """When the gateway says it was, if its clock can be believed; otherwise now."""
    if message.clock == "synced":
        earliest = _milliseconds(session.now - _APPLIED_BACK_MAX)
        if earliest <= message.applied_at_ms <= _milliseconds(session.now):
            return datetime.fromtimestamp(message.applied_at_ms / 1000, UTC)
    return session.now


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
