"""What a gateway that has the site's newest state in force would record of a tap, without a gateway."""

from dataclasses import replace

from access_policy.decide import decide
from access_policy.facts import TapFacts
from access_policy.row_reading import read_gate_view, record_facts
from cloud.access_events import journal
from cloud.database import UnitOfWork
from cloud.desired_state import history
from cloud.desired_state import service as desired_state
from cloud.sites.models import Gateway
from sync_protocol.journal_events import CHAIN_START, AccessDecided, JournalEvent, seal_event
from sync_protocol.messages import EventBatch


def decide_tap(session: UnitOfWork, site_id: str, credential_hash: str, facts: TapFacts) -> AccessDecided:
    """The event of a tap that was decided on the newest state."""
    revision = desired_state.head(session, site_id).revision
    rows = history.state_at(session, site_id, revision, credential_hash).rows
    view = replace(read_gate_view(rows, credential_hash, revision), last_contact_at=facts.now_s - 60)
    decision = decide(view, facts)
    return AccessDecided(
        tap_id=f"tap{facts.now_s}",
        lane_id=facts.lane_id,
        direction=facts.direction,
        reader="entry",
        credential_hash=credential_hash,
        outcome=decision.outcome,
        reason=decision.reason,
        rule=decision.rule,
        revision=revision,
        member_id=decision.holder.member_id if decision.holder else None,
        contract_id=decision.contract_id,
        zone_id=decision.zone_id,
        is_guest=decision.is_guest,
        signals=tuple(decision.signals),
        flags_considered=tuple((flag.flag_id, flag.bearing) for flag in decision.considered),
        facts=record_facts(facts, view.last_contact_at) if view.credential else None,
    )


def take_over(
    session: UnitOfWork, gateway: Gateway, body: AccessDecided, *, seq: int = 0, at_ms: int | None = None
) -> None:
    """Bring one event to the cloud, as the first of a journal of its own; without `at_ms` at the time of its facts."""
    wall_ms = body.facts.now_s * 1000 if body.facts else int(session.now.timestamp()) * 1000
    wall_ms = wall_ms if at_ms is None else at_ms
    sealed = seal_event(JournalEvent(0, f"boot{seq}", 0, wall_ms, "synced", body), CHAIN_START)
    journal.record_batch(session, gateway, EventBatch(f"epoch{seq}", (sealed,)))
