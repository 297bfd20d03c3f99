"""Find a member, and the member card: may they enter, what waits at the gates, contracts, cards, last accesses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from cloud.access_events import feed_rows
from cloud.access_events import service as access_events
from cloud.access_events.feed_rows import FeedPage
from cloud.access_events.repository import EventFilter
from cloud.alarms import service as alarms
from cloud.alarms.pages import alarm_views
from cloud.api import ReadSession
from cloud.billing import instalments
from cloud.billing.policy import Due, dues_flags
from cloud.console.flag_board import FlagBoard, flag_board, standing_flags, task_flags, text_in
from cloud.console.rendering import render
from cloud.console.standing import Person, Standing, StandingFlag, is_for_turnstiles, judge
from cloud.console.viewer import Viewer, viewing
from cloud.contracts import service as contracts
from cloud.contracts.models import Contract
from cloud.contracts.policy import Terms
from cloud.credentials import service as credentials
from cloud.credentials.models import Credential
from cloud.credentials.policy import printed_number
from cloud.database import UnitOfWork
from cloud.explanations.present import refusal_now
from cloud.flags import service as flags
from cloud.kit.clock import local_day
from cloud.members import service
from cloud.members.models import Member
from cloud.members.pages.contract_views import contract_views
from cloud.members.pages.sessions import booking_views
from cloud.members.pages.standing_forms import ROLES
from cloud.presence import service as presence
from cloud.presence.service import Place
from cloud.sites import service as sites
from cloud.tasks.pages import terms as task_terms
from cloud.tasks.pages.listing import member_tasks

PAGE_ROWS: Final = 50
ACCESS_ROWS: Final = 20
ALARM_ROWS: Final = 10

router = APIRouter()


@dataclass(frozen=True, slots=True)
class ListRow:
    """One member in the list."""

    member: Member
    standing: Standing


@dataclass(frozen=True, slots=True)
class RightsView:
    """How the member stands with the gates, besides contracts and flags."""

    role: str
    places: Sequence[Place]
    site_names: Sequence[str]
    is_certificate_required: bool
    has_other_sites: bool

    @property
    def is_inside(self) -> bool:
        """Whether there is anything to forget."""
        return any(place.is_counted for place in self.places)


@dataclass(frozen=True, slots=True)
class CardView:
    """One credential on the card, with the number that is printed on it."""

    credential: Credential
    number: str


@router.get("/members")
def list_members(
    session: ReadSession,
    viewer: Viewer = viewing("members.read"),
    q: Annotated[str, Query(max_length=200)] = "",
    after: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """The list; as fragment what a search finds, or the next rows."""
    page = service.search(session, q, after=after, limit=PAGE_ROWS)
    rows = _list_rows(session, page.items, viewer)
    template = "members/list.html"
    if viewer.is_fragment:
        template = "members/rows.html" if after else "members/results.html"
    count = service.count_found(session, q)
    return render(viewer, template, rows=rows, count=count, q=q, next_after=page.next)


@router.get("/members/{member_id}")
def show_member(member_id: str, session: ReadSession, viewer: Viewer = viewing("members.read")) -> Response:
    """The member card."""
    member = service.get(session, member_id)
    zone = ZoneInfo(sites.get_site(session, member.site_id).time_zone)
    board = flag_board(session, member, zone, viewer.words)
    held = contracts.list_of_members(session, [member.id])
    cards = credentials.list_of_members(session, [member.id])
    today = local_day(session.now, zone)
    return render(
        viewer,
        "members/card.html",
        member=member,
        zone=zone,
        today=today,
        board=board,
        standing=_standing(session, member, board, held=held, cards=cards, viewer=viewer),
        contracts=contract_views(session, held, today),
        cards=[CardView(card, printed_number(card.canonical)) for card in cards],
        rights=_rights(session, member),
        bookings=booking_views(session, member),
        tasks=member_tasks(session, member.id) if viewer.may("tasks.read") else None,
        task_terms=task_terms,
        alarms=alarm_views(session, alarms.find_page(session, member_id=member.id, is_open=True, limit=ALARM_ROWS)),
        page=_accesses(session, member),
        stream_after=access_events.newest_id(session),
    )


@router.get("/members/{member_id}/standing")
def show_standing(member_id: str, session: ReadSession, viewer: Viewer = viewing("members.read")) -> Response:
    """The coloured sentence, as the part of the card that keeps itself up to date."""
    member = service.get(session, member_id)
    zone = ZoneInfo(sites.get_site(session, member.site_id).time_zone)
    board = flag_board(session, member, zone, viewer.words)
    held = contracts.list_of_members(session, [member.id])
    cards = credentials.list_of_members(session, [member.id])
    standing = _standing(session, member, board, held=held, cards=cards, viewer=viewer)
    return render(viewer, "members/standing.html", standing=standing)


@router.get("/members/{member_id}/accesses")
def show_accesses(member_id: str, session: ReadSession, viewer: Viewer = viewing("access.read")) -> Response:
    """The last accesses, as the part of the card that keeps itself up to date."""
    member = service.get(session, member_id)
    return render(viewer, "members/accesses.html", member=member, page=_accesses(session, member))


def _accesses(session: UnitOfWork, member: Member) -> FeedPage:
    return feed_rows.latest(session, EventFilter(member_id=member.id), before_id=None, limit=ACCESS_ROWS)


def _standing(
    session: UnitOfWork,
    member: Member,
    board: FlagBoard,
    *,
    held: Sequence[Contract],
    cards: Sequence[Credential],
    viewer: Viewer,
) -> Standing:
    has_card = any(card.status == "active" for card in cards)
    return judge(
        Person(has_card, member.role, refusal_now(session, member) or ""),
        [contracts.terms_of(contract) for contract in held],
        [flag.standing for flag in board.raised if is_for_turnstiles(flag.device_kinds)],
        now=viewer.now,
        zone=ZoneInfo(sites.get_site(session, member.site_id).time_zone),
        words=viewer.words,
    )


def _list_rows(session: UnitOfWork, found: Sequence[Member], viewer: Viewer) -> list[ListRow]:
    ids = [member.id for member in found]
    homes = {site.id: site for site in sites.list_sites(session)}
    zones = {site.id: ZoneInfo(site.time_zone) for site in homes.values()}
    terms: dict[str, list[Terms]] = {}
    for contract in contracts.list_of_members(session, ids):
        terms.setdefault(contract.member_id, []).append(contracts.terms_of(contract))
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
    with_card = {card.member_id for card in credentials.list_of_members(session, ids) if card.status == "active"}
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
    text = viewer.words.text("dues are unpaid")
    return [
        StandingFlag(flag.effect, "dues", text, flag.starts_at)
        for dues in owed.values()
        for flag in dues_flags(dues, zone)
    ]


def _rights(session: UnitOfWork, member: Member) -> RightsView:
    every_site = sites.list_sites(session)
    used = service.site_ids_of(session, [member.id])[member.id]
    return RightsView(
        role=ROLES[member.role],
        places=presence.places_of(session, member),
        site_names=[site.name for site in every_site if site.id in used],
        is_certificate_required=any(site.certificate_required for site in every_site if site.id in used),
        has_other_sites=len(every_site) > 1,
    )
