"""The member card: may they enter, what waits at the gates, contracts, cards, the time line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from cloud.access_events import service as access_events
from cloud.alarms import service as alarms
from cloud.alarms.pages import alarm_views
from cloud.api import ReadSession
from cloud.console.flag_board import FlagBoard, flag_board
from cloud.console.rendering import go_to, render
from cloud.console.standing import Person, Standing, is_for_turnstiles, judge
from cloud.console.viewer import Viewer, viewing
from cloud.contracts import service as contracts
from cloud.contracts.models import Contract
from cloud.credentials import service as credentials
from cloud.credentials.models import Credential
from cloud.credentials.policy import printed_number
from cloud.database import UnitOfWork
from cloud.errors import NotFoundError
from cloud.explanations.present import refusal_now
from cloud.family import service as family
from cloud.family.pages import KINDS as FAMILY_KINDS
from cloud.kit.clock import local_day
from cloud.members import service
from cloud.members.models import Member
from cloud.members.pages.contract_views import contract_views
from cloud.members.pages.person_view import person_view
from cloud.members.pages.sessions import booking_views
from cloud.members.pages.standing_forms import ROLES
from cloud.presence import service as presence
from cloud.presence.service import Place
from cloud.privacy_purposes import approach
from cloud.privacy_purposes.pages import terms as privacy_terms
from cloud.privacy_purposes.policy import name_in
from cloud.sites import service as sites
from cloud.tasks.pages import terms as task_terms
from cloud.tasks.pages.listing import member_tasks
from cloud.time_line.pages.showing import past_of

ALARM_ROWS: Final = 10

router = APIRouter()


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


@router.get("/members/{member_id}")
def show_member(member_id: str, session: ReadSession, viewer: Viewer = viewing("members.read")) -> Response:
    """The member card; of somebody who was there twice the one that is left."""
    try:
        member = service.get(session, member_id)
    except NotFoundError:
        survivor = service.find_survivors(session, [member_id]).get(member_id)
        if survivor is None:
            raise
        return go_to(viewer, f"/members/{survivor}")
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
        person=person_view(session, member),
        bookings=booking_views(session, member),
        tasks=member_tasks(session, member) if viewer.may("tasks.read") else None,
        task_terms=task_terms,
        alarms=alarm_views(session, alarms.find_page(session, member_id=member.id, is_open=True, limit=ALARM_ROWS)),
        privacy=approach.standings_of(session, member.id),
        family=family.list_relatives(session, member.id),
        family_kinds=FAMILY_KINDS,
        privacy_terms=privacy_terms,
        privacy_name=name_in,
        past=past_of(session, viewer, member),
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
        Person(has_card, member.role, refusal_now(session, member, cards) or ""),
        [contracts.terms_of(contract) for contract in held],
        [flag.standing for flag in board.raised if is_for_turnstiles(flag.device_kinds)],
        now=viewer.now,
        zone=ZoneInfo(sites.get_site(session, member.site_id).time_zone),
        words=viewer.words,
    )


def _rights(session: UnitOfWork, member: Member) -> RightsView:
    every_site = sites.list_sites(session)
    used = service.sites_used_by(session, member)
    return RightsView(
        role=ROLES[member.role],
        places=presence.places_of(session, member),
        site_names=[site.name for site in every_site if site.id in used],
        is_certificate_required=any(site.certificate_required for site in every_site if site.id in used),
        has_other_sites=len(every_site) > 1,
    )
