"""What a gateway signs for its next certificate means one thing only."""

import pytest

from sync_protocol.renewal_proof import renewal_statement

FIELDS = {"gateway_id": "gwy_1", "serial": "ab12", "challenge": "1.aa.bb", "csr_pem": "request\n"}


def test_the_statement_is_these_lines() -> None:
    assert renewal_statement(**FIELDS).decode().split("\n") == [
        "tornello certificate renewal 1",
        "gwy_1",
        "ab12",
        "1.aa.bb",
        "2432fdd701494917e59cdc4e391267dc2ba8127a4556c05eace9668dd19d4c49",
    ]


@pytest.mark.parametrize("name", FIELDS)
def test_each_field_counts(name: str) -> None:
    changed = {**FIELDS, name: FIELDS[name] + "x"}
    assert renewal_statement(**changed) != renewal_statement(**FIELDS)


@pytest.mark.parametrize("name", ["gateway_id", "serial", "challenge"])
def test_no_field_can_pretend_to_be_two(name: str) -> None:
    with pytest.raises(ValueError, match="one printable line"):
        renewal_statement(**{**FIELDS, name: "a\nb"})
