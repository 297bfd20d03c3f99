from cloud.credentials import service
from cloud.credentials.holders import holders_among
from cloud.credentials.service import CardSpec
from tests.club import Club


def test_who_has_an_active_card_holds_one(club: Club) -> None:
    with club.database.transaction() as session:
        anna, boris, carla = (club.add_member(session, name) for name in ("Anna", "Boris", "Carla"))
        for number, holder in enumerate((anna, anna, boris), start=1):
            card = service.issue(session, club.actor, holder, CardSpec(card_number=number))
        service.revoke(session, club.actor, card.id)
        assert holders_among(session, [anna, boris, carla]) == {anna}
        assert holders_among(session, [carla]) == frozenset()
