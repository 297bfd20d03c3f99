"""Where the keys of a TOML text stand."""

from gateway.config_lines import LineIndex

TEXT = """\
state_dir = "state"   # 1
[[lane]]
name = "Lane 1"
[lane.gpio]  # of the first lane
chip = "x"
[[lane]]
  name = "Lane 2"

[[bus]]
port = "a"
[[bus.reader]]
name = "entry"
[[bus]]
[[bus.reader]]
name = "exit"
[[bus.reader]]
name = "side"
"""


def test_every_key_has_its_line() -> None:
    index = LineIndex(TEXT)
    assert index.line_of(("state_dir",)) == 1
    assert index.line_of(("lane", 0, "name")) == 3
    assert index.line_of(("lane", 0, "gpio", "chip")) == 5
    assert index.line_of(("lane", 1, "name")) == 7
    assert index.line_of(("bus", 0, "reader", 0, "name")) == 12
    assert index.line_of(("bus", 1, "reader", 1, "name")) == 17


def test_a_key_that_is_not_there_has_the_line_of_its_table() -> None:
    index = LineIndex(TEXT)
    assert index.line_of(("bus", 0, "reader", 0, "address")) == 11
    assert index.line_of(("lane", 1, "socket")) == 6
    assert index.line_of(("nothing",)) == 1
