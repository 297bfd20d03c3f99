"""A whole gateway with a Wiegand reader, on lines that a fake kernel gives."""

from pathlib import Path
from typing import Any

import gpiod
import pytest

from firmware_protocol.wiegand import encode_wiegand26
from gateway import gpio_chip
from sync_protocol.state_rows import SiteRow
from tests.in_loop import in_loop
from tests.reader_on_pty import FACILITY
from tests.running_gateway import member, running_gateway
from tests.wiegand_lines import FakeLines

GREEN = 12
WIEGAND = f"""\
[[wiegand]]
name = "exit"
lane = "Lane 1"
direction = "out"
chip = "pinctrl-test"
d0 = 5
d1 = 6
led_green = {GREEN}
"""


@in_loop
async def test_a_card_at_a_wiegand_reader_opens_the_lane_and_lights_its_light(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, requests = FakeLines(), list[dict[str, Any]]()

    def request_lines(path: str, **wanted: Any) -> FakeLines:
        requests.append({"path": path, **wanted})
        return lines

    monkeypatch.setattr(gpio_chip, "find_chip", lambda label: Path(f"/dev/{label}"))
    monkeypatch.setattr(gpiod, "request_lines", request_lines)
    rows = [SiteRow("sit_test", "Test Club", "Europe/Rome", "en"), *member(100)]
    async with running_gateway(tmp_path, rows, more_config=WIEGAND) as gateway:
        lines.send(encode_wiegand26(FACILITY, 100), 26)
        decision = await gateway.wait_for("decision")
        await gateway.turnstile.until(lambda: gateway.turnstile.pulses == ["out"])
        assert lines.lit() == {GREEN}
    assert (decision["outcome"], decision["reader"], decision["direction"]) == ("allow", "exit", "out")
    (request,) = requests
    assert request["path"] == "/dev/pinctrl-test"
    assert set(request["config"]) == {5, 6, GREEN}
    assert request["event_buffer_size"] == 512
    assert lines.lit() == set()
    assert lines.is_released
