"""Who may be approached for a purpose: as a condition on queries, and where one person stands with each purpose."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select

from cloud.database import UnitOfWork
from cloud.privacy_purposes import service
from cloud.privacy_purposes.models import Consent, PrivacyPurpose, PrivacyText
from cloud.privacy_purposes.policy import Standing, may_approach, standing_of


@dataclass(frozen=True, slots=True)
class PurposeStanding:
    """Where somebody stands with a purpose, by the decision that counts, about version `number` of its text."""

    purpose: PrivacyPurpose
    standing: Standing
    decision: Consent | None
    number: int

    @property
    def may_approach(self) -> bool:
        """Whether they may be approached for it."""
        return may_approach(self.purpose.basis, self.standing)


def is_approachable(member_id: Any, purpose_id: str) -> ColumnElement[bool]:
    """The condition that the member of a row may be approached for the purpose.

    Args:
        member_id: a column with ids of members.
    """
    counting = _counting(Consent.purpose_id == purpose_id)
    required = select(func.coalesce(func.max(PrivacyText.number), 0)).where(
        PrivacyText.purpose_id == purpose_id, PrivacyText.asks_anew
    )
    is_given = and_(counting.c.decision == "given", counting.c.number >= required.scalar_subquery())
    given = select(counting.c.member_id).where(is_given)
    against = select(counting.c.member_id).where(counting.c.decision != "given")

    def rests_on(*bases: str) -> ColumnElement[bool]:
        query = select(PrivacyPurpose.id).where(PrivacyPurpose.id == purpose_id, PrivacyPurpose.basis.in_(bases))
        return query.exists()

    return or_(
        rests_on("contract", "legal_duty"),
        and_(rests_on("legitimate_interest"), member_id.not_in(against)),
        and_(rests_on("consent"), member_id.in_(given)),
    )


def list_unapproachable(session: UnitOfWork, member_ids: Collection[str], purpose_id: str | None) -> list[str]:
    """Who of these (at most some hundred) may not be approached for the purpose; without one everybody may.

    Raises:
        NotFoundError: there is no such purpose.
    """
    if purpose_id is None or not member_ids:
        return []
    purpose = service.get(session, purpose_id)
    known = {
        each.decision.member_id: each.may_approach
        for each in _standings(session, [purpose], Consent.member_id.in_(member_ids))
        if each.decision is not None
    }
    otherwise = may_approach(purpose.basis, standing_of(purpose.basis, None, 0, 0))
    return [member_id for member_id in member_ids if not known.get(member_id, otherwise)]


def standings_of(session: UnitOfWork, member_id: str) -> list[PurposeStanding]:
    """Where somebody stands with each purpose that is used, or about which they once decided something."""
    every = service.list_all(session)
    known = {each.purpose.id: each for each in _standings(session, every, Consent.member_id == member_id)}
    return [
        known.get(purpose.id) or PurposeStanding(purpose, standing_of(purpose.basis, None, 0, 0), None, 0)
        for purpose in every
        if purpose.id in known or not purpose.is_obsolete
    ]


def counting_decision(session: UnitOfWork, member_id: str, purpose_id: str) -> str | None:
    """What somebody decided last about a purpose; None: nothing."""
    counting = _counting(Consent.member_id == member_id, Consent.purpose_id == purpose_id)
    return session.scalar(select(counting.c.decision))


def _standings(
    session: UnitOfWork, purposes: Collection[PrivacyPurpose], of_members: ColumnElement[bool]
) -> list[PurposeStanding]:
    by_id = {purpose.id: purpose for purpose in purposes}
    counting = _counting(of_members, Consent.purpose_id.in_(by_id))
    found = session.execute(select(Consent, counting.c.number).join(counting, counting.c.id == Consent.id)).all()
    if not found:
        return []
    query = select(PrivacyText.purpose_id, func.max(PrivacyText.number)).where(
        PrivacyText.purpose_id.in_(by_id), PrivacyText.asks_anew
    )
    required: dict[str, int] = {row[0]: row[1] for row in session.execute(query.group_by(PrivacyText.purpose_id))}
    told = []
    for decision, number in found:
        purpose = by_id[decision.purpose_id]
        standing = standing_of(purpose.basis, decision.decision, number, required.get(purpose.id, 0))
        told.append(PurposeStanding(purpose, standing, decision, number))
    return told


def _counting(*conditions: ColumnElement[bool]) -> Subquery:
    """Of each member and purpose the decision that counts, with the number of the text."""
    latest = func.row_number().over(
        partition_by=(Consent.member_id, Consent.purpose_id),
        order_by=(Consent.decided_on.desc(), Consent.noted_at.desc(), Consent.id.desc()),
    )
    number = func.coalesce(PrivacyText.number, 0).label("number")
    ranked = (
        select(Consent.id, Consent.member_id, Consent.decision, number, latest.label("latest"))
        .outerjoin(PrivacyText, PrivacyText.id == Consent.text_id)
        .where(*conditions)
        .subquery()
    )
    return select(ranked).where(ranked.c.latest == 1).subquery()
