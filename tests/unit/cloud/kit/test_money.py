import pytest

from cloud.kit.money import format_money


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "shown"),
    [
        (4900, "EUR", "it", "49,00\xa0€"),
        (123456, "RUB", "ru", "1\xa0234,56\xa0₽"),
        (500, "JPY", "en", "¥500"),
        (1234, "KWD", "it", "1,234\xa0KWD"),
        (0, "EUR", "en", "€0.00"),
    ],
)
def test_money_is_written_as_people_write_it(minor: int, currency: str, locale: str, shown: str) -> None:
    assert format_money(minor, currency, locale) == shown
