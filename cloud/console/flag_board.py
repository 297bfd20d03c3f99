"""A member's flags as staff see them: what acts at the gates, since when, and the proof of each gateway."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cloud.console.languages import mark
from cloud.console.standing import StandingFlag
from cloud.console.words import Words
from cloud.contracts import policy
from cloud.contracts import service as contracts
from cloud.contracts.models import Contract
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
    proofs: Sequence[GatewayProof]

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
    people = {person for flag in (*standing, *lifted) for person in (flag.raised_by, flag.cleared_by) if person}
    names = staff.names_of(session, people)
    dues = [
        _dues_view(session, contract, flag, words)
        for contract in contracts.list_of_members(session, [member.id])
        for flag in policy.dues_flags(contracts.terms_of(contract), zone)
    ]
    raised = [_view(session, flag, names, words) for flag in standing]
    site = sites.get_site(session, member.site_id)
    follows = [_standing_view(session, flag) for flag in standing_flags(member, site, words, zone)]
    return FlagBoard(
        raised=sorted(
            [*raised, *dues, *follows], key=lambda view: (not view.standing.is_on(session.now), view.effect != "block")
        ),
        lifted=[_view(session, flag, names, words) for flag in lifted],
    )


def standing_flags(member: Member, site: Site, words: Words, zone: ZoneInfo) -> list[tuple[str, StandingFlag]]:
    """The flags that follow from black list and certificate, with their ids."""
    return [(row.flag_id, _standing_flag(row, words, zone)) for row in standing_rows(member, site)]


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


def _standing_view(session: UnitOfWork, found: tuple[str, StandingFlag]) -> FlagView:
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
        proofs=desired_state.flag_proof(session, flag_id),
    )


def _view(session: UnitOfWork, flag: Flag, names: dict[str, str], words: Words) -> FlagView:
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
        proofs=desired_state.flag_proof(session, flag.id),
    )


def _dues_view(session: UnitOfWork, contract: Contract, flag: policy.DuesFlag, words: Words) -> FlagView:
    flag_id = f"dues-{contract.id}-{flag.effect}"
    amount = words.money(contract.dues_minor, contract.currency)
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
        proofs=desired_state.flag_proof(session, flag_id),
    )


def text_in(texts: dict[str, str], language: str) -> str:
    """A flag's text in a language, else in the first that it has."""
    wanted = (language, *LANGUAGES)
    return next((texts[candidate] for candidate in wanted if texts.get(candidate)), "")
