"""Feature 181."""

from datetime import date

import pytest

from cloud.labels import service as labels
from cloud.labels.service import LabelDetails
from cloud.members import contacts, service, standing
from cloud.members.filters import ORDERS, MemberFilter, Order, birthday_spans
from cloud.members.service import MemberDetails
from tests.club import Club
from tests.privacy import add_purpose, decide


@pytest.mark.parametrize(
    ("first", "last", "spans"),
    [
        (date(2026, 5, 3), date(2026, 5, 3), [(503, 503)]),
        (date(2026, 12, 30), date(2027, 1, 2), [(1230, 1231), (101, 102)]),
        (date(2027, 2, 28), date(2027, 2, 28), [(228, 229)]),
        (date(2028, 2, 28), date(2028, 2, 28), [(228, 228)]),
        (date(2026, 1, 1), date(2027, 6, 1), [(101, 1231)]),
        (date(2026, 5, 3), date(2026, 5, 2), [(1, 0)]),
    ],
)
def test_birthdays_count_whatever_their_year(first: date, last: date, spans: list[tuple[int, int]]) -> None:
    """Feature 190."""
    assert birthday_spans(first, last) == spans


@pytest.fixture
def named(club: Club) -> dict[str, str]:
    """Features 188-193 and 195: a lead, a client, somebody on the black list, each with attributes of their own."""
    with club.database.transaction() as session:
        ids = {
            name: labels.create(session, club.actor, LabelDetails(kind=kind, name=name)).id  # type: ignore[arg-type]
            for kind, name in (("card_type", "Gold"), ("source", "Leaflet"), ("reason", "Back pain"))
        }
        lea = MemberDetails(
            site_id=club.site_id, first_name="Lea", state="lead", source_id=ids["Leaflet"], reason_id=ids["Back pain"]
        )
        carl = MemberDetails(
            site_id=club.site_id,
            first_name="Carl",
            sex="male",
            birth_on=date(1990, 2, 28),
            card_type_id=ids["Gold"],
        )
        ids |= {
            "Lea": service.create(session, club.actor, lea).id,
            "Carl": service.create(session, club.actor, carl).id,
        }
        ids["Bo"] = club.add_member(session, "Bo")
        standing.black_list(session, club.actor, ids["Bo"], "fights")
        contacts.set_tags(session, club.actor, ids["Carl"], ["vip"])
        ids["vip"] = labels.find_or_create(session, club.actor, "tag", ["vip"])[0].id
    return ids


def test_each_filter_narrows_the_list_and_all_must_hold(club: Club, named: dict[str, str]) -> None:
    """Features 188, 189, 190, 191, 192, 193, 195."""
    wanted = {
        "Lea": [
            MemberFilter(state="lead"),
            MemberFilter(source_id=named["Leaflet"]),
            MemberFilter(reason_id=named["Back pain"], state="lead"),
        ],
        "Carl": [
            MemberFilter(sex="male"),
            MemberFilter(tag_id=named["vip"]),
            MemberFilter(card_type_id=named["Gold"], card_status="active"),
            MemberFilter(birthday_from=date(2026, 2, 27), birthday_to=date(2026, 3, 1)),
        ],
        "Bo": [MemberFilter(is_black_listed=True, site_id=club.site_id)],
        "": [MemberFilter(state="former"), MemberFilter(site_id="sit_none"), MemberFilter(state="lead", sex="male")],
    }
    with club.database.session() as session:
        for name, filters in wanted.items():
            for each in filters:
                page = service.search(session, "", after=None, limit=10, wanted=each)
                assert [member.first_name for member in page.items] == ([name] if name else []), each
                assert service.count_found(session, "", each) == len(page.items)


@pytest.mark.parametrize("order", ORDERS)
def test_a_list_is_walked_in_any_order_page_by_page(club: Club, named: dict[str, str], order: Order) -> None:
    names = ["Bo", "Carl", "Lea"]
    if order.endswith("added"):
        names.sort(key=lambda name: named[name])
    if order.startswith("-"):
        names.reverse()
    seen: list[str] = []
    after: str | None = None
    for _ in names:
        with club.database.session() as session:
            wanted = MemberFilter(site_id=club.site_id)
            page = service.search(session, "", after=after, limit=1, wanted=wanted, order=order)
        seen += [member.first_name for member in page.items]
        after = page.next
    assert (seen, after) == (names, None)


def test_members_are_found_by_what_they_may_be_approached_for(club: Club) -> None:
    """Feature 67."""
    with club.database.transaction() as session:
        agreed, silent = club.add_member(session), club.add_member(session)
        purpose_id = add_purpose(club, session)
        decide(club, session, agreed, purpose_id, is_given=True)
        for wanted, found in (
            (MemberFilter(willing_for=purpose_id), agreed),
            (MemberFilter(unwilling_for=purpose_id), silent),
        ):
            page = service.search(session, "", after=None, limit=9, wanted=wanted)
            assert [member.id for member in page.items] == [found]
            assert service.count_found(session, "", wanted) == 1
