"""A member's flags as staff see them: what acts at the gates, since when, and the proof of each gateway."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cloud.action_types.models import ActionType
from cloud.billing import instalments
from cloud.billing.models import Instalment
from cloud.billing.policy import Due, DuesFlag, dues_flags
from cloud.console.languages import mark
from cloud.console.standing import StandingFlag, is_for_turnstiles
from cloud.console.words import Words
from cloud.database import UnitOfWork
from cloud.desired_state import service as desired_state
from cloud.desired_state.rows import standing_rows
from cloud.desired_state.service import GatewayProof
from cloud.flags import service
from cloud.flags.models import Flag
from cloud.kit.clock import local_day
from cloud.kit.i18n import LANGUAGES
from cloud.members.models import Member
from cloud.sites import service as sites
from cloud.sites.models import Site
from cloud.staff import service as staff
from cloud.tasks import service as tasks
from cloud.tasks.models import Task
from cloud.tasks.policy import GateAction, gate_action
from sync_protocol.state_rows import FlagRow

CLEARED_SHOWN_FOR: Final = timedelta(hours=24)
_RECENT_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class FlagView:
    """One flag. Those of dues, certificate and black list have nobody who raised them, and go with their cause."""

    flag_id: str
    source: str
    effect: str
    text: str
    starts_at: datetime | None
    ends_at: datetime | None
    raised_at: datetime | None
    raised_by: str | None
    cleared_at: datetime | None
    cleared_by: str | None
    proofs: Sequence[GatewayProof] = ()
    device_kinds: Sequence[str] = ()
    """The kinds of device that it is meant for; none: all."""

    @property
    def is_staffs(self) -> bool:
        """Whether staff raised it, and may lift it."""
        return self.source == "manual"

    @property
    def in_force_count(self) -> int:
        """At how many gateways the newest word on it is in force."""
        return sum(proof.state == "in_force" for proof in self.proofs)

    @property
    def standing(self) -> StandingFlag:
        """What the coloured sentence needs of it."""
        return StandingFlag(self.effect, self.source, self.text, self.starts_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class FlagBoard:
    """A member's flags: those that act or will act, and those lifted within the last 24 hours."""

    raised: Sequence[FlagView]
    lifted: Sequence[FlagView]


def flag_board(session: UnitOfWork, member: Member, zone: ZoneInfo, words: Words) -> FlagBoard:
    """Everything that flags say about a member now."""
    recent = service.find_page(session, member.id, after=None, limit=_RECENT_MAX).items
    standing = service.list_standing(session, [member.id])
    lifted = [
        flag for flag in recent if flag.cleared_at is not None and session.now - flag.cleared_at < CLEARED_SHOWN_FOR
    ]
    to_do = _task_actions(tasks.list_at_the_gate(session, [member.id]), member)
    done = _task_actions(tasks.list_lifted(session, member.id, since=session.now - CLEARED_SHOWN_FOR), member)
    people = {person for flag in (*standing, *lifted) for person in (flag.raised_by, flag.cleared_by) if person}
    people |= {person for task, _ in (*to_do, *done) for person in (task.created_by, task.closed_by) if person}
    names = staff.names_of(session, people)
    owed: dict[str, list[Instalment]] = {}
    for one in instalments.list_open(session, [member.id]):
        owed.setdefault(one.contract_id, []).append(one)
    dues = [
        _dues_view(unpaid, flag, words, local_day(session.now, zone))
        for unpaid in owed.values()
        for flag in dues_flags([Due(one.due_on, one.block_after_days) for one in unpaid], zone)
    ]
    raised = [_view(flag, names, words) for flag in standing]
    raised += [_task_view(task, action, names, words) for task, action in to_do]
    site = sites.get_site(session, member.site_id)
    follows = [_standing_view(flag) for flag in standing_flags(member, site, words, zone)]
    gone = [_view(flag, names, words) for flag in lifted]
    gone += [_task_view(task, action, names, words) for task, action in done]
    shown = sorted(
        [*raised, *dues, *follows], key=lambda view: (not view.standing.is_on(session.now), view.effect != "block")
    )
    proofs = desired_state.flag_proofs(session, [view.flag_id for view in (*shown, *gone)])
    return FlagBoard(
        raised=[replace(view, proofs=proofs[view.flag_id]) for view in shown],
        lifted=[replace(view, proofs=proofs[view.flag_id]) for view in gone],
    )


def standing_flags(member: Member, site: Site, words: Words, zone: ZoneInfo) -> list[tuple[str, StandingFlag]]:
    """The flags that follow from black list and certificate, with their ids."""
    return [(row.flag_id, _standing_flag(row, words, zone)) for row in standing_rows(member, site)]


def task_flags(session: UnitOfWork, people: Sequence[Member], language: str) -> list[tuple[str, StandingFlag]]:
    """The flags that follow from the tasks of these members, each with the member's id."""
    by_id = {member.id: member for member in people}
    return [
        (task.member_id, StandingFlag(action.effect, "task", text_in(dict(action.texts), language)))
        for task, action_type in tasks.list_at_the_gate(session, by_id)
        if (action := gate_action(action_type, by_id[task.member_id], task.complete_by)) is not None
        and is_for_turnstiles(action.device_kinds)
    ]


def _standing_flag(row: FlagRow, words: Words, zone: ZoneInfo) -> StandingFlag:
    starts_at, ends_at = (
        None if moment is None else datetime.fromtimestamp(moment, UTC) for moment in (row.starts_at, row.ends_at)
    )
    if row.source == "black_list":
        text = words.reason("black_listed")
    elif row.effect == "message" and ends_at is not None:
        last_day = local_day(ends_at - timedelta(seconds=1), zone)
        text = words.text(mark("The medical certificate is good until %(day)s"), day=words.day(last_day))
    else:
        text = words.reason("certificate_missing")
    return StandingFlag(row.effect, row.source, text, starts_at, ends_at)


def _standing_view(found: tuple[str, StandingFlag]) -> FlagView:
    flag_id, flag = found
    return FlagView(
        flag_id=flag_id,
        source=flag.source,
        effect=flag.effect,
        text=flag.text,
        starts_at=flag.starts_at,
        ends_at=flag.ends_at,
        raised_at=None,
        raised_by=None,
        cleared_at=None,
        cleared_by=None,
    )


def _view(flag: Flag, names: dict[str, str], words: Words) -> FlagView:
    return FlagView(
        flag_id=flag.id,
        source=flag.source,
        effect=flag.effect,
        text=text_in(flag.texts, words.language),
        starts_at=flag.starts_at,
        ends_at=flag.ends_at,
        raised_at=flag.raised_at,
        raised_by=names.get(flag.raised_by),
        cleared_at=flag.cleared_at,
        cleared_by=names.get(flag.cleared_by or ""),
        device_kinds=flag.device_kinds,
    )


def _dues_view(unpaid: Sequence[Instalment], flag: DuesFlag, words: Words, today: date) -> FlagView:
    """The flag of a contract with what is due on it, or will be first."""
    until = max(today, unpaid[0].due_on)
    due_minor = sum(one.amount_minor - one.paid_minor for one in unpaid if one.due_on <= until)
    flag_id = f"dues-{unpaid[0].contract_id}-{flag.effect}"
    amount = words.money(due_minor, unpaid[0].currency)
    return FlagView(
        flag_id=flag_id,
        source="dues",
        effect=flag.effect,
        text=words.text(mark("Dues of %(amount)s are unpaid"), amount=amount),
        starts_at=flag.starts_at,
        ends_at=None,
        raised_at=None,
        raised_by=None,
        cleared_at=None,
        cleared_by=None,
    )


def _task_actions(found: Sequence[tuple[Task, ActionType]], member: Member) -> list[tuple[Task, GateAction]]:
    actions = ((task, gate_action(action_type, member, task.complete_by)) for task, action_type in found)
    return [(task, action) for task, action in actions if action is not None]


def _task_view(task: Task, action: GateAction, names: dict[str, str], words: Words) -> FlagView:
    """What a task does at the gates; it goes with the task, not by hand."""
    return FlagView(
        flag_id=task.id,
        source="task",
        effect=action.effect,
        text=text_in(dict(action.texts), words.language),
        starts_at=None,
        ends_at=None,
        raised_at=task.created_at,
        raised_by=names.get(task.created_by or ""),
        cleared_at=task.closed_at,
        cleared_by=names.get(task.closed_by or ""),
        device_kinds=action.device_kinds,
    )


def text_in(texts: dict[str, str], language: str) -> str:
    """A flag's text in a language, else in the first that it has."""
    wanted = (language, *LANGUAGES)
    return next((texts[candidate] for candidate in wanted if texts.get(candidate)), "")
