"""What the gates of a member's home site would answer now: the same policy, on the newest state."""

from collections.abc import Sequence
from dataclasses import replace

from access_policy.decide import decide
from access_policy.decision import Reason
from access_policy.row_reading import read_gate_view
from cloud.credentials.models import Credential
from cloud.database import UnitOfWork
from cloud.desired_state import history
from cloud.desired_state import service as desired_state
from cloud.explanations.replay import quiet_facts
from cloud.members.models import Member
from cloud.sites import service as sites
from sync_protocol.credential_hash import hash_credential


def refusal_now(session: UnitOfWork, member: Member, held: Sequence[Credential]) -> Reason | None:
    """Why every way in refuses the holder of these cards now, by the first lane's reason; None: one lets them in, or
    nobody can tell.

    Nobody can tell without a lane or an active card. A PIN is taken to be right, and who is inside is left out.
    """
    card = next((card for card in held if card.status == "active"), None)
    lanes = [lane for lane in sites.list_lanes(session) if lane.site_id == member.site_id]
    if card is None or not lanes:
        return None
    card_hash = hash_credential(sites.get_site(session, member.site_id).credential_key, card.canonical)
    revision = desired_state.head(session, member.site_id).revision
    state = history.state_at(session, member.site_id, revision, card_hash)
    now_s = int(session.now.timestamp())
    view = replace(read_gate_view(state.rows, card_hash, revision), last_contact_at=now_s)
    answers = [decide(view, quiet_facts(lane.id, "in", now_s, "right")) for lane in lanes]
    return None if any(answer.is_granted for answer in answers) else answers[0].reason
