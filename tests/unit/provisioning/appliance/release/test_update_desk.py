"""Where gateway and root meet: no link is followed, and nothing but a plain file of the right size is taken."""

import json
import os
from pathlib import Path

import pytest

from provisioning.appliance.release.update import Outcome, Request
from provisioning.appliance.release.update_desk import REQUEST_BYTES_MAX, UpdateDesk
from tests.full_disk import no_file_grows_beyond
from tests.release_signing import release_of

PACKAGE = b"a package" * 1000
RELEASE = release_of(PACKAGE, "0.2.0")


@pytest.fixture(name="theirs")
def gateways_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "state" / "update"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(name="desk")
def desk_of_the_device(tmp_path: Path, theirs: Path) -> UpdateDesk:
    desk = UpdateDesk(theirs.parent, tmp_path / "releases")
    desk.tell(Outcome("cmd_0", "done", "2026-01-01T00:00:00+00:00"))
    return desk


def wish(folder: Path, **fields: object) -> None:
    (folder / "request.json").write_text(json.dumps({"command_id": "cmd_1", "release": "text", **fields}))


def test_a_wish_is_read_and_cleared(desk: UpdateDesk, theirs: Path) -> None:
    wish(theirs)
    (theirs / "package.deb").write_bytes(PACKAGE)
    assert desk.read_request() == Request("cmd_1", "text")
    desk.clear()
    assert list(theirs.iterdir()) == []
    assert desk.read_request() is None
    desk.clear()


@pytest.mark.parametrize(
    "fields", [{"command_id": 1}, {"command_id": "../x"}, {"release": None}, {"release": "a" * REQUEST_BYTES_MAX}]
)
def test_a_wish_that_makes_no_sense_is_none(desk: UpdateDesk, theirs: Path, fields: dict[str, object]) -> None:
    wish(theirs, **fields)
    assert desk.read_request() is None


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"[" * 2000])
def test_bytes_that_are_no_wish_are_none(desk: UpdateDesk, theirs: Path, content: bytes) -> None:
    (theirs / "request.json").write_bytes(content)
    assert desk.read_request() is None


def test_what_is_told_can_be_read_by_everybody(desk: UpdateDesk, tmp_path: Path) -> None:
    outcome = Outcome("cmd_1", "failed", "2026-01-01T00:00:00+00:00", "update_rolled_back", "the gateway ended")
    desk.tell(outcome)
    assert desk.read_outcome() == outcome
    (tmp_path / "releases" / "update" / "outcome.json").write_text("{")
    assert desk.read_outcome() is None


def test_a_package_is_copied_and_compared_with_its_release(desk: UpdateDesk, theirs: Path, tmp_path: Path) -> None:
    (theirs / "package.deb").write_bytes(PACKAGE)
    copy = desk.copy_package(RELEASE)
    assert copy == tmp_path / "releases" / "update" / "package.deb"
    assert copy.read_bytes() == PACKAGE


@pytest.mark.parametrize("content", [PACKAGE + b"x", PACKAGE[:-1], PACKAGE[:-1] + b"x", b""])
def test_a_package_of_other_bytes_leaves_nothing(
    desk: UpdateDesk, theirs: Path, tmp_path: Path, content: bytes
) -> None:
    (theirs / "package.deb").write_bytes(content)
    assert desk.copy_package(RELEASE) is None
    assert not (tmp_path / "releases" / "update" / "package.deb").exists()


def test_no_link_in_the_gateways_folder_is_followed(desk: UpdateDesk, theirs: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(PACKAGE)
    (theirs / "package.deb").symlink_to(secret)
    (theirs / "request.json").symlink_to(secret)
    assert desk.copy_package(RELEASE) is None
    assert desk.read_request() is None
    desk.clear()
    assert secret.read_bytes() == PACKAGE


def test_a_link_in_place_of_the_gateways_folder_leads_nowhere(desk: UpdateDesk, theirs: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    theirs.rename(elsewhere)
    theirs.symlink_to(elsewhere)
    wish(elsewhere)
    assert desk.read_request() is None
    with pytest.raises(NotADirectoryError):
        desk.clear()
    assert (elsewhere / "request.json").exists()


def test_a_pipe_is_not_waited_for(desk: UpdateDesk, theirs: Path) -> None:
    os.mkfifo(theirs / "request.json")
    os.mkfifo(theirs / "package.deb")
    assert desk.read_request() is None
    assert desk.copy_package(RELEASE) is None


def test_a_full_disk_is_not_taken_for_a_package_that_somebody_has_changed(
    desk: UpdateDesk, theirs: Path, tmp_path: Path
) -> None:
    (theirs / "package.deb").write_bytes(PACKAGE)
    with no_file_grows_beyond(len(PACKAGE) // 2), pytest.raises(OSError, match="too large"):
        desk.copy_package(RELEASE)
    assert not (tmp_path / "releases" / "update" / "package.deb").exists()
    assert desk.copy_package(RELEASE) is not None
