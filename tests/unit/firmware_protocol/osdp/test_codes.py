from firmware_protocol.osdp.codes import NakCode, has_value


def test_a_number_is_one_of_a_kind_or_not() -> None:
    assert has_value(NakCode, 9)
    assert not has_value(NakCode, 10)
