"""How each member of a page of the list stands at the turnstile, with a bounded number of queries for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cloud.billing import instalments
from cloud.billing.policy import Due, dues_flags
from cloud.console.flag_board import standing_flags, task_flags, text_in
from cloud.console.standing import Person, Standing, StandingFlag, is_for_turnstiles, judge
from cloud.console.viewer import Viewer
from cloud.contracts.many_terms import terms_of_members
from cloud.credentials.holders import holders_among
from cloud.database import UnitOfWork
from cloud.flags import service as flags
from cloud.members.models import Member
from cloud.sites import service as sites


@dataclass(frozen=True, slots=True)
class ListRow:
    """One member in the list."""

    member: Member
    standing: Standing


def list_rows(session: UnitOfWork, found: Sequence[Member], viewer: Viewer) -> list[ListRow]:
    """The members as rows, in their order."""
    if not found:
        return []
    ids = [member.id for member in found]
    homes = {site.id: site for site in sites.list_sites(session)}
    zones = {site.id: ZoneInfo(site.time_zone) for site in homes.values()}
    terms = terms_of_members(session, ids)
    raised: dict[str, list[StandingFlag]] = {}
    for flag in flags.list_standing(session, ids):
        if not is_for_turnstiles(flag.device_kinds):
            continue
        text = text_in(flag.texts, viewer.language)
        raised.setdefault(flag.member_id, []).append(
            StandingFlag(flag.effect, flag.source, text, flag.starts_at, flag.ends_at)
        )
    for member_id, of_task in task_flags(session, found, viewer.language):
        raised.setdefault(member_id, []).append(of_task)
    owed = instalments.open_dues(session, ids)
    with_card = holders_among(session, ids)
    return [
        ListRow(
            member,
            judge(
                Person(has_card=member.id in with_card, role=member.role),
                terms.get(member.id, ()),
                [
                    *raised.get(member.id, ()),
                    *_dues_flags(owed.get(member.id, {}), zones[member.site_id], viewer),
                    *(
                        flag
                        for _, flag in standing_flags(
                            member, homes[member.site_id], viewer.words, zones[member.site_id]
                        )
                    ),
                ],
                now=viewer.now,
                zone=zones[member.site_id],
                words=viewer.words,
            ),
        )
        for member in found
    ]


def _dues_flags(owed: Mapping[str, Sequence[Due]], zone: ZoneInfo, viewer: Viewer) -> list[StandingFlag]:
    if not owed:
        return []
    text = viewer.words.text("dues are unpaid")
    return [
        StandingFlag(flag.effect, "dues", text, flag.starts_at)
        for dues in owed.values()
        for flag in dues_flags(dues, zone)
    ]
