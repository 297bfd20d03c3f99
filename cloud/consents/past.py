"""What decisions about purposes tell of a member's past."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from cloud.database import UnitOfWork
from cloud.past import PastLine, Source, Wanted, is_behind
from cloud.privacy_purposes.models import Consent, PrivacyPurpose


def _read(session: UnitOfWork, wanted: Wanted) -> Sequence[PastLine]:
    query = (
        select(Consent, PrivacyPurpose.names)
        .join(PrivacyPurpose, PrivacyPurpose.id == Consent.purpose_id)
        .where(Consent.member_id == wanted.member_id, is_behind(Consent.noted_at, Consent.id, wanted.behind))
        .order_by(Consent.noted_at.desc(), Consent.id.desc())
        .limit(wanted.limit)
    )
    return [
        PastLine(
            consent.noted_at,
            consent.id,
            "privacy",
            consent.decision,
            who=consent.noted_by,
            subject=consent.id,
            facts={"purpose": names, "how": consent.how, "decided_on": consent.decided_on.isoformat()},
        )
        for consent, names in session.execute(query)
    ]


SOURCES: Final = (Source(("privacy",), "members.read", _read),)
