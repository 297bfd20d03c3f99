import pytest

from cloud.errors import ConflictError, InvalidError
from cloud.labels import service
from cloud.labels.service import LabelDetails, LabelKind
from tests.club import Club


def test_a_name_is_there_once_in_its_list_whatever_its_accents(club: Club) -> None:
    """Feature 41."""
    with club.database.transaction() as session:
        service.create(session, club.actor, LabelDetails(kind="tag", name="Città"))
        service.create(session, club.actor, LabelDetails(kind="source", name="citta"))
        with pytest.raises(InvalidError) as caught:
            service.create(session, club.actor, LabelDetails(kind="tag", name="CITTA"))
    assert caught.value.code == "name_taken"


def test_only_a_card_type_gives_a_discount(club: Club) -> None:
    """Feature 210."""
    with club.database.transaction() as session:
        gold = service.create(session, club.actor, LabelDetails(kind="card_type", name="Gold", discount_percent=10))
        with pytest.raises(InvalidError):
            service.create(session, club.actor, LabelDetails(kind="reason", name="Price", discount_percent=10))
        service.change(session, club.actor, gold.id, {"discount_percent": 15, "name": "Gold"})
        assert service.get(session, gold.id).discount_percent == 15


def test_an_obsolete_label_is_given_to_nobody(club: Club) -> None:
    with club.database.transaction() as session:
        label = service.create(session, club.actor, LabelDetails(kind="source", name="Leaflet", is_obsolete=True))
        for kind, label_id in (("source", label.id), ("reason", label.id), ("source", "lbl_none")):
            with pytest.raises(InvalidError):
                service.check_usable(session, kind, label_id, field="source_id")  # type: ignore[arg-type]


def test_using_a_tag_for_the_first_time_makes_it(club: Club) -> None:
    """Feature 179."""
    with club.database.transaction() as session:
        first = service.find_or_create(session, club.actor, "tag", ["Vip", "утро", "VIP"])
        again = service.find_or_create(session, club.actor, "tag", ["УТРО", "vip"])
    assert [label.name for label in first] == ["Vip", "утро"]
    assert {label.id for label in first} == {label.id for label in again}


def test_a_list_is_bounded(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "LABELS_MAX", 2)
    with club.database.transaction() as session, pytest.raises(ConflictError):
        service.find_or_create(session, club.actor, "tag", ["a", "b", "c"])


def test_a_link_names_its_source_even_after_another_name_until_it_is_obsolete(club: Club) -> None:
    """Feature 181."""
    with club.database.transaction() as session:
        leaflet = service.create(session, club.actor, LabelDetails(kind="source", name="Été 2026"))
        other = service.create(session, club.actor, LabelDetails(kind="source", name="Ete, 2026!"))
        tag = service.create(session, club.actor, LabelDetails(kind="tag", name="Été 2026"))
        assert (leaflet.link_code, other.link_code, tag.link_code) == ("ete-2026", "ete-2026-2", None)
        service.change(session, club.actor, leaflet.id, {"name": "Summer"})
        assert service.find_by_link(session, " ETE-2026 ") is leaflet
        service.change(session, club.actor, leaflet.id, {"is_obsolete": True})
        assert service.find_by_link(session, "ete-2026") is None


def test_all_lists_are_read_at_once_by_name(club: Club) -> None:
    with club.database.transaction() as session:
        kinds: dict[str, LabelKind] = {"vip": "tag", "Arco": "tag", "Price": "reason"}
        ids = {
            name: service.create(session, club.actor, LabelDetails(kind=kind, name=name)).id
            for name, kind in kinds.items()
        }
        found = service.names_by_kind(session)
    assert found["tag"] == [(ids["Arco"], "Arco"), (ids["vip"], "vip")]
    assert found["reason"] == [(ids["Price"], "Price")]
    assert found["source"] == found["card_type"] == []
