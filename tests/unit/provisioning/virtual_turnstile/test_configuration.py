from pathlib import Path

import pytest

from provisioning.virtual_turnstile.configuration import Settings, read_settings
from provisioning.virtual_turnstile.errors import ConfigurationError

LANE = """
[[lane]]
name = "lane-1"
title = "Lane 1"
port = "lane-1.port"
socket = "lane-1.sock"
[lane.reader]
scbk_file = "lane-1.scbk"
"""


def read(folder: Path, text: str) -> Settings:
    path = folder / "turnstile.toml"
    path.write_text(text)
    return read_settings(path)


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read(folder, text)
    return [mistake.removeprefix(f"{folder / 'turnstile.toml'}: ") for mistake in caught.value.mistakes]


def test_paths_are_beside_the_file_and_the_rest_has_defaults(tmp_path: Path) -> None:
    settings = read(tmp_path, LANE)
    lane = settings.lanes[0]
    assert lane.port == tmp_path / "lane-1.port"
    assert lane.socket == tmp_path / "lane-1.sock"
    assert lane.status_socket is None
    assert (lane.reader.address, lane.reader.baud, lane.passage_window_ms) == (0, 115200, 5000)
    assert (settings.host, settings.port) == ("127.0.0.1", 8090)


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    text = LANE.replace('"Lane 1"', '""').replace("[lane.reader]", "colour = 1\n[lane.reader]\nbaud = 300")
    assert mistakes(tmp_path, text) == [
        "lane.1.title: String should have at least 1 character",
        "lane.1.reader.baud: one of 9600, 19200, 38400, 57600, 115200, 230400",
        "lane.1.colour: Extra inputs are not permitted",
    ]


@pytest.mark.parametrize("listen", ["0.0.0.0:80", "example.org:80", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000"])
def test_only_a_loopback_address_may_be_listened_on(tmp_path: Path, listen: str) -> None:
    assert mistakes(tmp_path, f'listen = "{listen}"\n' + LANE) == [
        "listen: a loopback address and a port are expected, like 127.0.0.1:8090"
    ]


def test_an_ipv6_loopback_address_is_one_too(tmp_path: Path) -> None:
    settings = read(tmp_path, 'listen = "[::1]:0"\n' + LANE)
    assert (settings.host, settings.port) == ("::1", 0)


def test_two_lanes_may_not_share_a_name(tmp_path: Path) -> None:
    other = LANE.replace("lane-1.port", "b.port").replace("lane-1.sock", "b.sock")
    assert mistakes(tmp_path, LANE + other) == ["lane: two lanes have the same name"]


def test_a_file_without_lanes_is_refused(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "lane = []") == ["lane: at least one is needed"]


def test_a_socket_path_that_linux_could_not_take_is_refused(tmp_path: Path) -> None:
    found = mistakes(tmp_path, LANE.replace("lane-1.sock", "s" * 110))
    assert found[0].startswith("lane.1.socket: the path of a socket has 107 bytes at most")


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    assert "line 1" in mistakes(tmp_path, "listen 127")[0]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        read_settings(tmp_path / "missing.toml")


def test_a_key_is_32_hexadecimal_digits(tmp_path: Path) -> None:
    reader = read(tmp_path, LANE).lanes[0].reader
    reader.scbk_file.write_text("000102030405060708090a0b0c0d0e0f\n")
    assert reader.read_scbk() == bytes(range(16))


@pytest.mark.parametrize("content", [None, "", "zz", "0011", "00" * 17])
def test_what_is_no_key_is_refused(tmp_path: Path, content: str | None) -> None:
    reader = read(tmp_path, LANE).lanes[0].reader
    if content is not None:
        reader.scbk_file.write_text(content)
    with pytest.raises(ConfigurationError, match="32 hexadecimal digits"):
        reader.read_scbk()
