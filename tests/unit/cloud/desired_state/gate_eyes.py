"""The state of a site as a gateway's decision sees it: projected rows in, a decision out."""

from datetime import UTC, datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import select

from access_policy import row_reading
from access_policy.decide import decide
from access_policy.decision import Decision
from access_policy.facts import PinEntry, TapFacts
from access_policy.gate_view import GateView
from cloud.database import UnitOfWork
from cloud.desired_state import service
from cloud.desired_state.models import DesiredRow
from cloud.sites import service as sites
from sync_protocol.credential_hash import hash_credential
from sync_protocol.state_rows import (
    CredentialRow,
    EntitlementRow,
    FlagRow,
    PolicyRow,
    StateRow,
    is_policy_key,
    parse_row,
    row_key,
)


def rows_of(session: UnitOfWork, site_id: str) -> list[StateRow]:
    """Everything that stands at a site."""
    stored = session.scalars(select(DesiredRow).where(DesiredRow.site_id == site_id).order_by(DesiredRow.key))
    return [parse_row(row.body) for row in stored if not row.is_deleted]


def card_row(session: UnitOfWork, site_id: str, canonical: str) -> CredentialRow | None:
    """The row of a card at a site."""
    wanted = hash_credential(sites.get_site(session, site_id).credential_key, canonical)
    found = (row for row in rows_of(session, site_id) if isinstance(row, CredentialRow))
    return next((row for row in found if row.credential_hash == wanted), None)


def decide_at(
    session: UnitOfWork, site_id: str, canonical: str, local_time: str, *, lane_id: str, pin: PinEntry = "none"
) -> Decision:
    """What the gate answers to a card at a moment of the site's wall clock, offline since the state was made."""
    service.settle(session)
    rows = rows_of(session, site_id)
    at = int(datetime.fromisoformat(local_time).replace(tzinfo=ZoneInfo("Europe/Rome")).astimezone(UTC).timestamp())
    card = card_row(session, site_id, canonical)
    member_id = card.member_id if card else ""
    mine = [row for row in rows if isinstance(row, EntitlementRow) and row.member_id == member_id]
    policy = [row for row in rows if is_policy_key(row_key(row))]
    view = GateView(
        credential=row_reading.read_credential(card) if card else None,
        entitlement=row_reading.read_entitlement(mine[0]) if mine else None,
        flags=tuple(
            row_reading.read_flag(row) for row in rows if isinstance(row, FlagRow) and row.member_id == member_id
        ),
        site=row_reading.read_policy(cast("list[PolicyRow]", policy)),
        revision=1,
        last_contact_at=at,
    )
    return decide(view, TapFacts(lane_id, "in", "free", at, is_clock_trusted=True, pin=pin))
