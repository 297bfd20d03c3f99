"""What credentials do when something happens elsewhere."""

from cloud.credentials import repository
from cloud.database import UnitOfWork
from cloud.domain_events import MemberJoinedSite
from cloud.errors import ConflictError


def keep_cards_apart(session: UnitOfWork, event: MemberJoinedSite) -> None:
    """At one site a card stands for one member: who comes from another site must not bring somebody else's number."""
    held = [card for card in repository.list_of_members(session, [event.member_id]) if card.status != "revoked"]
    there = repository.list_in_use(session, [event.site_id], [card.canonical for card in held])
    foreign = sorted(card.canonical for card in there if card.member_id != event.member_id)
    if foreign:
        raise ConflictError("credential_in_use", f"Somebody else has the card {foreign[0]} at that site.")
