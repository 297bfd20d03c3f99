"""Which advertisement worked."""

from datetime import timedelta

from cloud.bookings import online
from cloud.bookings.online import OnlineForm
from cloud.bookings.source_results import SourceResults, results_by_source
from cloud.labels import service as labels
from cloud.labels.service import LabelDetails
from cloud.members import service as members
from cloud.members.service import MemberDetails
from tests.club import Club

HOUR = timedelta(hours=1)


def test_people_bookings_and_contracts_are_counted_by_source(club: Club) -> None:
    """Feature 181."""
    with club.database.transaction() as session:
        leaflet, radio, _ = (
            labels.create(session, club.actor, LabelDetails(kind="source", name=name)).id
            for name in ("Leaflet", "Radio", "Poster")
        )
        for at, phone in ((1, "333 123 4567"), (3, "333 123 4567"), (5, "333 765 4321")):
            session_id = club.plan(session, session.now + at * HOUR)
            form = OnlineForm(session_id=session_id, first_name="Nina", phone=phone, link="leaflet")
            member_id = online.book(session, club.actor, form).made.member_id
        club.add_contract(session, member_id)
        club.add_contract(session, club.add_member(session))
        heard = MemberDetails(site_id=club.site_id, first_name="Rita", state="lead", source_id=radio)
        members.create(session, club.actor, heard)
        assert results_by_source(session) == {
            leaflet: SourceResults(people=2, bookings=3, contracts=1),
            radio: SourceResults(people=1),
        }
