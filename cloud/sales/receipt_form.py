"""How the till's form is read: a receipt of up to five lines, with a discount on all of them."""

from collections.abc import Mapping
from typing import Final

from cloud.errors import invalid_field
from cloud.kit.money import parse_money
from cloud.sales.schemas import LineIn, SaleIn

SUFFIXES: Final = ("", "_2", "_3", "_4", "_5")
"""What the names of a line's fields end with; more lines than these are a second receipt."""
_OF_LINES: Final = ("kind", "title", "quantity", "price", "rendered_by", "materials")


def read_receipt(fields: Mapping[str, str], names: dict[str, str]) -> SaleIn:
    """The receipt. The first line is always read, another one if it has a name or a price.

    Args:
        names: gets the form's names for the fields of the line that is read, so that a refusal finds its place.

    Raises:
        InvalidError, ValidationError: something cannot be.
    """
    currency = fields.get("currency", "")
    percent = _percent(fields.get("discount", ""))
    used = [suffix for suffix in SUFFIXES if not suffix or is_used(fields, suffix)]
    lines = []
    for suffix in used:
        names |= {name: name + suffix for name in _OF_LINES} | {"unit_price_minor": f"price{suffix}"}
        lines.append(_line(fields, suffix, currency, percent))
    names |= {name: name for name in _OF_LINES} | {"unit_price_minor": "price", "lines": "price"}
    head = {"method": fields.get("method", ""), "currency": currency, "reference": fields.get("reference", "")}
    return SaleIn.model_validate(head | {"lines": lines})


def is_used(fields: Mapping[str, str], suffix: str) -> bool:
    """Whether somebody wrote something into the line."""
    return any(fields.get(f"{name}{suffix}", "").strip() for name in ("title", "price", "materials"))


def discounted(price_minor: int, percent: int) -> int:
    """The price of one with a discount of 0 to 100 percent, half a unit rounded up."""
    return (price_minor * (100 - percent) + 50) // 100


def _line(fields: Mapping[str, str], suffix: str, currency: str, percent: int) -> LineIn:
    told = {name: fields.get(name + suffix, "").strip() for name in _OF_LINES}
    price = parse_money(told["price"], currency) if currency.isalpha() else None
    if price is None:
        raise invalid_field("price", "bad_amount", "Write an amount.")
    materials = _materials(fields.get(f"materials{suffix}", ""))
    if told["kind"] == "goods" and (materials or told["rendered_by"]):
        raise invalid_field("materials", "only_services", "Only a service is rendered, and uses materials up.")
    return LineIn.model_validate(
        {"kind": told["kind"], "title": told["title"], "quantity": told["quantity"] or "1"}
        | {"unit_price_minor": discounted(price, percent), "rendered_by": told["rendered_by"] or None}
        | {"materials": materials}
    )


def _percent(text: str) -> int:
    plain = text.strip() or "0"
    if not (plain.isascii() and plain.isdecimal() and len(plain) <= 3 and int(plain) <= 100):
        raise invalid_field("discount", "bad_percent", "Write a number from 0 to 100.")
    return int(plain)


def _materials(text: str) -> list[dict[str, str]]:
    """Written one a line, `name: quantity`."""
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, _, quantity = (part.strip() for part in line.rpartition(":"))
        if not name or not quantity:
            raise invalid_field("materials", "bad_materials", "Write one material a line, like Massage oil: 30 ml.")
        found.append({"name": name, "quantity": quantity})
    return found
