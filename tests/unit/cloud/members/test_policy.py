import pytest

from cloud.members.policy import search_needles, search_text, sort_name


def is_found(query: str) -> bool:
    text = search_text("Фёдор Ёлкин Фёдор", "F.Elkin@Mail.ru", "8 (912) 345-67-89", ["54321", "deadbeef40"])
    return all(needle in text for needle in search_needles(query))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "елки",
        "ЁЛКИН фёд",
        "федор елкин",
        "елкин федор",
        "elkin@mail.ru",
        "+7 912 345-67-89",
        "89123456789",
        "9123456",
        "54321",
        "00054321",
        "DEADBEEF",
        "елкин 54321",
    ],
)
def test_any_part_is_found_in_any_writing(query: str) -> None:
    assert is_found(query)


@pytest.mark.parametrize("query", ["елкина", "федор иванов", "+7 912 345-67-88", "dorelk", "ru8912", "12345 x"])
def test_what_is_not_there_is_not_found(query: str) -> None:
    assert not is_found(query)


def test_a_number_of_zeros_is_still_a_number() -> None:
    assert search_needles("00000") == ["00000"]


def test_a_query_is_bounded() -> None:
    assert len(search_needles("a " * 100)) == 8


def test_people_are_ordered_by_last_name_without_case_and_accents() -> None:
    names = [("Zoë", "Ábel"), ("adam", "abel"), ("Борис", "Ёжиков"), ("Вера", "Енина")]
    assert sorted(names, key=lambda name: sort_name(*name)) == [names[1], names[0], names[2], names[3]]
