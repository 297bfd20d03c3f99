import pytest

from cloud.errors import InvalidError
from cloud.labels import service as labels
from cloud.labels.service import LABELS_MAX, LabelDetails
from cloud.member_import import service
from cloud.member_import.mapping import MappingError, map_columns, read_row
from cloud.member_import.service import Order
from cloud.members import contacts
from cloud.members import service as members
from tests.club import Club

FILE = """Nome;Cognome;Cellulare;E-mail;Nato il;Sesso;Tags;Chi
Anna;Rossi;333 1234567;anna@club.example;2.1.1990;donna;vip, mattina;x
Бэла;;8;;;;;
;Nobody;;;;;;

Twin;;+39 333 1234567;;;;;
Carl;;;carl@;;;;
Dora;;;;31.12.1991;;;
""".encode()


def test_each_line_has_its_outcome_and_a_trial_keeps_nothing(club: Club) -> None:
    order = Order(site_id=club.site_id, content=FILE, told={})
    trial = service.run(club.database, club.actor, order, is_trial=True)
    with club.database.session() as session:
        assert members.count_found(session, "") == 0
    report = service.run(club.database, club.actor, order, is_trial=False)
    told = [(line.number, line.outcome, [field for field, _ in line.problems]) for line in report.lines]
    assert told == [(line.number, line.outcome, [field for field, _ in line.problems]) for line in trial.lines]
    assert told == [
        (2, "added", []),
        (3, "refused", ["phone"]),
        (4, "refused", ["first_name"]),
        (6, "there_already", []),
        (7, "refused", ["email"]),
        (8, "added", []),
    ]
    with club.database.session() as session:
        anna = members.get(session, report.lines[0].member_id)
        assert (anna.phone, str(anna.birth_on), anna.sex, anna.locale) == (
            "+393331234567",
            "1990-01-02",
            "female",
            "it",
        )
        assert [label.name for label in contacts.tags_of(session, [anna.id])[anna.id]] == ["mattina", "vip"]
        assert report.lines[3].member_id == anna.id
    again = service.run(club.database, club.actor, order, is_trial=False)
    assert again.count("added") == 1  # Dora has neither telephone nor address to be known by


def test_a_file_is_bounded(club: Club) -> None:
    order = Order(site_id=club.site_id, content=b"name\na\nb\n", told={}, rows_max=1)
    with pytest.raises(InvalidError):
        service.run(club.database, club.actor, order, is_trial=False)


def test_columns_are_known_by_their_names_or_as_told() -> None:
    header = ["Имя", "ФАМИЛИЯ", "Handy", "name"]
    assert map_columns(header, {"handy": "phone"}) == {0: "first_name", 1: "last_name", 2: "phone", 3: "first_name"}
    assert map_columns(header, {"name": "note", "Имя": "first_name"})[3] == "note"
    for told in ({"nothing": "phone"}, {"handy": "salary"}, {"Имя": "", "name": ""}):
        with pytest.raises(MappingError):
            map_columns(header, told)


def test_what_is_no_day_is_left_to_be_refused() -> None:
    assert read_row(["31.2.1990", "X"], {0: "birth_on", 1: "sex"}) == {"birth_on": "31.2.1990", "sex": "X"}


def test_a_label_that_cannot_be_is_a_refused_line_and_not_the_end_of_the_file(club: Club) -> None:
    with club.database.transaction() as session:
        old = labels.create(session, club.actor, LabelDetails(kind="source", name="Old"))
        labels.change(session, club.actor, old.id, {"is_obsolete": True})
    names = ["we\x00b", "we\x07b", "\u0301", "Old", "web"]
    content = "name,source\n" + "".join(f"Anna,{name}\n" for name in names)
    order = Order(site_id=club.site_id, content=content.encode(), told={})
    report = service.run(club.database, club.actor, order, is_trial=False)
    assert [line.outcome for line in report.lines] == ["refused"] * 4 + ["added"]
    assert {line.problems[0][0] for line in report.lines[:4]} == {"source"}


def test_more_labels_than_there_may_be_refuse_the_lines_that_bring_them(club: Club) -> None:
    content = "name,source\n" + "".join(f"Anna,Leaflet {number}\n" for number in range(LABELS_MAX + 2))
    order = Order(site_id=club.site_id, content=content.encode(), told={})
    report = service.run(club.database, club.actor, order, is_trial=True)
    assert report.count("added") == LABELS_MAX
    assert [line.problems for line in report.lines if line.outcome == "refused"] == [[("source", "too_many")]] * 2
