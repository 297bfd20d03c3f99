"""set-baud on a real file: one line of the configuration changes, or nothing does."""

import tomllib
from pathlib import Path

import pytest

from gateway.installer.bench import InstallerError
from gateway.installer.config_edit import BaudEdit, ConfigNotEditableError

CONFIG = '''# our club
state_dir = "state"

[[bus]]
port = "/dev/first"
baud = 9600   # the cable is long

[[bus]]
  port = "/dev/second"
  baud = 9_600

[[scanner]]
note = """
baud = 9600
"""
port = "/dev/third"
baud = 9600

[[bus]]
port = "/dev/fourth"  # says nothing of its speed
'''


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "gateway.toml"
    path.write_bytes(CONFIG.encode())
    path.chmod(0o640)
    return path


def edited(path: Path, port: str) -> str:
    with BaudEdit(path, port, 115_200).staged():
        assert path.read_text() == CONFIG, "nothing is changed before the readers have moved"
    return path.read_text()


@pytest.mark.parametrize(
    ("port", "line", "wanted"),
    [
        ("/dev/first", "baud = 9600   # the cable is long", "baud = 115200   # the cable is long"),
        ("/dev/second", "  baud = 9_600", "  baud = 115200"),
        ("/dev/fourth", "# says nothing of its speed", "# says nothing of its speed\nbaud = 115200"),
    ],
)
def test_the_line_of_this_bus_is_changed_and_no_other(path: Path, port: str, line: str, wanted: str) -> None:
    assert edited(path, port) == CONFIG.replace(line, wanted)
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in path.parent.iterdir()] == ["gateway.toml"]


def test_lines_keep_their_ends(path: Path) -> None:
    path.write_bytes(b'[[bus]]\r\nport = "/dev/first"\r\n[x]\r\n')
    with BaudEdit(path, "/dev/first", 38_400).staged():
        pass
    assert path.read_bytes() == b'[[bus]]\r\nport = "/dev/first"\r\nbaud = 38400\r\n[x]\r\n'


def test_a_last_line_without_an_end_gets_one(path: Path) -> None:
    path.write_text('[[bus]]\nport = "/dev/first"')
    with BaudEdit(path, "/dev/first", 38_400).staged():
        pass
    assert tomllib.loads(path.read_text()) == {"bus": [{"port": "/dev/first", "baud": 38_400}]}


def test_the_change_can_be_shown(path: Path) -> None:
    shown = BaudEdit(path, "/dev/second", 115_200).diff.splitlines()
    assert [line for line in shown if line[0] in "+-" and line[1] not in "+-"] == [
        "-  baud = 9_600",
        "+  baud = 115200",
    ]


@pytest.mark.parametrize(
    "text", ['bus = [{port = "/dev/first", baud = 9600}]\n', '[[bus]]\nport = "/dev/other"\nbaud = 9600\n', "\xff"]
)
def test_a_file_in_which_the_line_is_not_found_is_left_alone(path: Path, text: str) -> None:
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigNotEditableError, match="--print-only"):
        BaudEdit(path, "/dev/first", 115_200)


def test_readers_that_do_not_move_change_nothing(path: Path) -> None:
    with pytest.raises(InstallerError, match="no answer"), BaudEdit(path, "/dev/first", 115_200).staged():
        raise InstallerError("no answer")
    assert path.read_text() == CONFIG
    assert [each.name for each in path.parent.iterdir()] == ["gateway.toml"]


def test_no_reader_moves_when_the_file_cannot_be_written(path: Path) -> None:
    edit = BaudEdit(path, "/dev/first", 115_200)
    path.with_name("gateway.toml.new").mkdir()
    with pytest.raises(ConfigNotEditableError, match=r"File exists: .*gateway\.toml\.new"), edit.staged():
        pytest.fail("the readers would move now")


def test_a_file_that_somebody_else_changed_meanwhile_is_not_written_over(path: Path) -> None:
    edit = BaudEdit(path, "/dev/first", 115_200)
    with pytest.raises(InstallerError, match="the readers have moved: write `baud = 115200` into it"), edit.staged():
        path.write_text(CONFIG + "# and more\n")
    assert path.read_text() == CONFIG + "# and more\n"


def test_a_link_stays_a_link(path: Path) -> None:
    link = path.with_name("link.toml")
    link.symlink_to(path)
    with BaudEdit(link, "/dev/first", 115_200).staged():
        pass
    assert link.is_symlink()
    assert "baud = 115200" in path.read_text()
