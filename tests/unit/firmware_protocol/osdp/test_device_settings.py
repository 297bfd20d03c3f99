import pytest

from firmware_protocol.osdp.codes import CapabilityFunction
from firmware_protocol.osdp.device_settings import PeripheralSettings
from firmware_protocol.osdp.errors import FieldRangeError
from firmware_protocol.osdp.replies import Capabilities, Capability


def test_the_capabilities_say_what_the_counts_say() -> None:
    capabilities = PeripheralSettings(input_count=4, output_count=2, scbk=bytes(16)).report_capabilities()
    assert capabilities.item_count(CapabilityFunction.CONTACT_STATUS_MONITORING) == 4
    assert capabilities.item_count(CapabilityFunction.OUTPUT_CONTROL) == 2
    assert capabilities.has_secure_channel
    assert capabilities.receive_size == 1440


@pytest.mark.parametrize(("lines", "columns", "level"), [(0, 16, 0), (2, 8, 0), (1, 16, 1), (2, 16, 2), (4, 20, 3)])
def test_a_display_has_the_level_of_its_lines(lines: int, columns: int, level: int) -> None:
    capabilities = PeripheralSettings(text_lines=lines, text_columns=columns).report_capabilities()
    entry = capabilities.find(CapabilityFunction.READER_TEXT_OUTPUT)
    assert entry is not None
    assert entry.compliance == level


def test_given_capabilities_are_reported_as_they_are() -> None:
    given = Capabilities((Capability(1, 1, 1),))
    assert PeripheralSettings(capabilities=given).report_capabilities() is given


def test_a_device_without_a_key_is_not_secure_unless_in_install_mode() -> None:
    assert not PeripheralSettings().has_security
    assert PeripheralSettings(is_install_mode=True).has_security


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(FieldRangeError, match=r"0\.\.126"):
        PeripheralSettings(address=127)
    with pytest.raises(FieldRangeError, match="16 bytes"):
        PeripheralSettings(scbk=b"short")
    with pytest.raises(FieldRangeError, match=r"0\.\.255"):
        PeripheralSettings(input_count=256)
