"""Purposes with texts, and decisions about them, for tests."""

from typing import Any

from cloud.consents import service as consents
from cloud.consents.service import ConsentDetails
from cloud.database import UnitOfWork
from cloud.privacy_purposes import service, texts
from cloud.privacy_purposes.policy import Basis
from cloud.privacy_purposes.service import PurposeDetails
from tests.club import Club


def add_purpose(club: Club, session: UnitOfWork, name: str = "Newsletter", *, basis: Basis = "consent") -> str:
    """A purpose with a text."""
    purpose = service.create(session, club.actor, PurposeDetails(names={"en": name}, basis=basis))
    texts.write(session, club.actor, purpose.id, {"en": f"{name}: do you agree?"})
    return purpose.id


def decide(club: Club, session: UnitOfWork, member_id: str, purpose_id: str, *, is_given: bool, **details: Any) -> str:
    """A decision at the desk; the id of it."""
    told: dict[str, Any] = {"how": "desk", "typed_name": "Anna Rossi"} | details
    wanted = ConsentDetails(purpose_id=purpose_id, is_given=is_given, **told)
    return consents.note(session, club.actor, member_id, wanted).id
