"""Before a type or tasks that act at the gate are saved: whom they would stop, by name, at their next opening."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from access_policy.decision import Reason
from access_policy.flags import Flag
from access_policy.gate_view import GateView
from access_policy.row_reading import read_credential, read_entitlement, read_flag, read_policy
from cloud.action_types.models import ActionType
from cloud.action_types.service import ActionTypeDetails
from cloud.database import UnitOfWork
from cloud.desired_state import service as desired_state
from cloud.desired_state.rows import task_flag
from cloud.explanations.foresight import Fate, Foresight, foresee
from cloud.members import service as members
from cloud.members.models import Member
from cloud.sites import service as sites
from cloud.tasks import service as tasks
from cloud.tasks.policy import gate_action
from sync_protocol.state_rows import CredentialRow, EntitlementRow, FlagRow, PolicyRow, StateRow

PEOPLE_MAX: Final = 500
_ORDER: Final[tuple[Fate, ...]] = ("stopped", "told", "refused_already", "no_card", "untouched")
_FORESEEN_ID: Final = "tsk_foreseen"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would happen to a member at their next opening; `zone` is their club's."""

    member_id: str
    name: str
    zone: ZoneInfo
    fate: Fate
    at: datetime | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Preview:
    """Who is touched, those who would be stopped first, by name. So many `more` were not looked at."""

    people: Sequence[Foreseen]
    more: int = 0

    def of(self, fate: Fate) -> list[Foreseen]:
        """Those with this fate."""
        return [person for person in self.people if person.fate == fate]


def preview_tasks(
    session: UnitOfWork, action_type: ActionType, member_ids: Collection[str], complete_by: date | None
) -> Preview:
    """Who would be stopped if each of these members had an open task of the type; unknown ids are left out."""
    wanted = sorted(set(member_ids))
    people = members.list_by_ids(session, wanted[:PEOPLE_MAX])
    due = {member.id: complete_by for member in people}
    found = _foresee(session, people, action_type, due=due, replaces={})
    return Preview(found, max(0, len(wanted) - PEOPLE_MAX))


def preview_type(session: UnitOfWork, action_type: ActionType | None, details: ActionTypeDetails) -> Preview:
    """Who would be stopped if the type were like this; a new type has no tasks yet and touches nobody."""
    if action_type is None:
        return Preview(())
    acting: dict[str, list[str]] = defaultdict(list)
    due: dict[str, date | None] = {}
    for task in tasks.list_acting_of_type(session, action_type.id):
        acting[task.member_id].append(task.id)
        due[task.member_id] = task.complete_by
    wanted = sorted(acting)
    people = members.list_by_ids(session, wanted[:PEOPLE_MAX])
    found = _foresee(session, people, details, due=due, replaces=acting)
    return Preview(found, max(0, len(wanted) - PEOPLE_MAX))


def _foresee(
    session: UnitOfWork,
    people: Sequence[Member],
    action_type: ActionType | ActionTypeDetails,
    *,
    due: Mapping[str, date | None],
    replaces: Mapping[str, Collection[str]],
) -> list[Foreseen]:
    found = []
    by_site: dict[str, list[Member]] = defaultdict(list)
    for member in people:
        by_site[member.site_id].append(member)
    for site_id, of_site in by_site.items():
        state = desired_state.rows_of_members(session, site_id, [member.id for member in of_site])
        lane_ids = [lane.id for lane in sites.list_lanes(session, site_id)]
        zone = ZoneInfo(sites.get_site(session, site_id).time_zone)
        views = _views(state)
        for member in of_site:
            action = gate_action(action_type, member, due[member.id])
            flag = None if action is None else read_flag(task_flag(_FORESEEN_ID, member.id, action))
            sight = Foresight("no_card")
            if (view := views.get(member.id)) is not None:
                instead_of = replaces.get(member.id, ())
                now_s = int(session.now.timestamp())
                sight = foresee(view, flag, replaces=instead_of, lane_ids=lane_ids, now_s=now_s)
            found.append(Foreseen(member.id, member.name, zone, sight.fate, sight.at, sight.reason))
    return sorted(found, key=lambda one: (_ORDER.index(one.fate), one.name, one.member_id))


def _views(state: Sequence[StateRow]) -> dict[str, GateView]:
    """What the gates know about each member who has an active card, by the first such card."""
    site = read_policy(row for row in state if isinstance(row, PolicyRow))
    if site is None:
        return {}
    entitlements = {row.member_id: read_entitlement(row) for row in state if isinstance(row, EntitlementRow)}
    flags: dict[str, list[Flag]] = defaultdict(list)
    for row in state:
        if isinstance(row, FlagRow):
            flags[row.member_id].append(read_flag(row))
    cards = {
        row.member_id: read_credential(row)
        for row in reversed(state)
        if isinstance(row, CredentialRow) and row.status == "active"
    }
    return {
        member_id: GateView(card, entitlements.get(member_id), tuple(flags[member_id]), site, 0, None)
        for member_id, card in cards.items()
    }
