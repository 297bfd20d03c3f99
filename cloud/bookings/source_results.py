"""Which advertisement worked: people, bookings and contracts that came through each advertising source."""

from dataclasses import dataclass

from sqlalchemy import func, literal, select, union_all

from cloud.bookings.models import Booking
from cloud.contracts.models import Contract
from cloud.database import UnitOfWork
from cloud.members.models import Member


@dataclass(slots=True)
class SourceResults:
    """People who have the source, bookings made by its link (cancelled ones, too), and contracts of these people."""

    people: int = 0
    bookings: int = 0
    contracts: int = 0


def results_by_source(session: UnitOfWork) -> dict[str, SourceResults]:
    """The results of each source, of which there are 300 at most; one through which nobody came is left out."""
    has_source = Member.source_id.is_not(None)
    people = select(Member.source_id, literal("people"), func.count()).where(has_source).group_by(Member.source_id)
    bookings = (
        select(Booking.source_id, literal("bookings"), func.count())
        .where(Booking.source_id.is_not(None))
        .group_by(Booking.source_id)
    )
    contracts = (
        select(Member.source_id, literal("contracts"), func.count())
        .select_from(Contract)
        .join(Member, Member.id == Contract.member_id)
        .where(has_source)
        .group_by(Member.source_id)
    )
    found: dict[str, SourceResults] = {}
    for source_id, what, number in session.execute(union_all(people, bookings, contracts)):
        assert source_id is not None, "who has none is left out"
        setattr(found.setdefault(source_id, SourceResults()), what, number)
    return found
