import pytest

from cloud.kit.telephone import parse_telephone, region_of, show_telephone


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("+39 333 123 4567", None, "+393331234567"),
        ("333 1234567", "IT", "+393331234567"),
        ("0039 (333) 123-4567", "RU", "+393331234567"),
        ("8 (912) 345-67-89", "RU", "+79123456789"),
        ("06 1234567", "IT", "+39061234567"),
        ("333 1234567", None, None),
        ("12", "IT", None),
        ("+39 333 123 4567 1234567", "IT", None),
        ("call me", "IT", None),
        ("", "IT", None),
    ],
)
def test_a_number_in_any_writing_is_kept_as_e164(written: str, region: str | None, number: str | None) -> None:
    """Feature 149."""
    assert parse_telephone(written, region) == number


def test_numbers_are_shown_in_groups_and_anything_else_as_it_is() -> None:
    assert show_telephone("+393331234567") == "+39 333 123 4567"
    assert show_telephone("ask Anna") == "ask Anna"


def test_a_time_zone_has_a_country_unless_it_is_nobodys() -> None:
    zones = ("Europe/Rome", "Europe/Moscow", "UTC", "Mars/Base")
    assert [region_of(zone) for zone in zones] == ["IT", "RU", None, None]
