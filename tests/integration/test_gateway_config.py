"""Key files of readers, on a real disk."""

from pathlib import Path

import pytest

from gateway.config import ConfigError, load_config

KEY = "00112233445566778899aabbccddeeff"
CONFIG = """\
state_dir = "state"
[[lane]]
name = "Lane 1"
kind = "virtual"
socket = "lane.sock"
[[bus]]
port = "/dev/ttyS0"
[[bus.reader]]
name = "entry"
address = 0
lane = "Lane 1"
direction = "in"
scbk_file = "entry.key"
"""


def config_with_key(folder: Path, key: str | None, mode: int = 0o600) -> Path:
    if key is not None:
        (folder / "entry.key").write_text(key)
        (folder / "entry.key").chmod(mode)
    (folder / "gateway.toml").write_text(CONFIG)
    return folder / "gateway.toml"


def test_a_key_is_read_from_its_own_file(tmp_path: Path) -> None:
    (bus,) = load_config(config_with_key(tmp_path, KEY + "\n")).buses
    assert bus.readers[0].scbk == bytes.fromhex(KEY)
    assert KEY not in repr(bus)


@pytest.mark.parametrize(
    ("key", "mode", "words"),
    [
        (None, 0o600, "the key cannot be read"),
        ("00112233", 0o600, "must hold 32 hexadecimal digits"),
        ("not hex at all", 0o600, "must hold 32 hexadecimal digits"),
        ("303132333435363738393a3b3c3d3e3f", 0o600, "the public default key, which protects nothing"),
        (KEY, 0o644, "can be read by everybody on this machine"),
    ],
)
def test_a_key_that_protects_nothing_is_refused(tmp_path: Path, key: str | None, mode: int, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as raised:
        load_config(config_with_key(tmp_path, key, mode))
    assert [mistake.line for mistake in raised.value.mistakes] == [13]
    assert KEY not in str(raised.value)


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_bytes(b'state_dir = "\xff"\n')
    with pytest.raises(ConfigError, match=r"gateway\.toml:1: this is not text in UTF-8"):
        load_config(tmp_path / "gateway.toml")
