"""What the till's form means."""

import pytest

from cloud.errors import InvalidError
from cloud.sales.receipt_form import discounted, read_receipt

WATER = {"kind": "goods", "title": "Water", "quantity": "2", "price": "1,50", "currency": "EUR", "method": "cash"}


@pytest.mark.parametrize(
    ("price", "percent", "paid"), [(150, 0, 150), (150, 10, 135), (99, 50, 50), (1, 100, 0), (333, 33, 223)]
)
def test_a_discount_rounds_half_a_unit_up(price: int, percent: int, paid: int) -> None:
    assert discounted(price, percent) == paid


def test_lines_without_name_and_price_are_left_out(names: dict[str, str]) -> None:
    receipt = read_receipt(
        WATER | {"kind_2": "goods", "quantity_2": "1", "kind_3": "goods", "title_3": "Towel", "price_3": "4"}, names
    )
    assert [(line.title, line.quantity, line.unit_price_minor) for line in receipt.lines] == [
        ("Water", 2, 150),
        ("Towel", 1, 400),
    ]


def test_a_refusal_is_named_by_the_line_that_it_is_about(names: dict[str, str]) -> None:
    with pytest.raises(InvalidError):
        read_receipt(WATER | {"kind_2": "goods", "title_2": "Towel", "price_2": "a lot"}, names)
    assert names["price"] == "price_2"


@pytest.fixture
def names() -> dict[str, str]:
    return {}
