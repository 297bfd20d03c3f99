"""What root makes of a wish of the gateway's: only what is signed, whole, newer and for this device is installed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from provisioning.appliance.release.folder import ReleaseFolder
from provisioning.appliance.release.update import TRIAL_MAX_S, Outcome, Request, update
from sync_protocol.software_release import SignedRelease, SoftwareRelease, write_release

GOOD, BAD = bytes(64), bytes(63) + b"\x01"
RELEASE = SoftwareRelease("tornello-gateway", "0.2.0", "arm64", "0f" * 32, 100)
LATER = "2999-01-01T00:00:00+00:00"


def text(release: SoftwareRelease = RELEASE, signature: bytes = GOOD) -> str:
    return write_release(release.to_manifest(), signature)


@dataclass
class Stand:
    """Desk, tools and time; `dpkg` is what an installation does to the releases, and its last words."""

    root: Path
    request: Request | None = field(default_factory=lambda: Request("cmd_1", text()))
    dpkg: Callable[[ReleaseFolder], str | None] = lambda folder: bring_in_force(folder, "0.2.0-b")
    has_key: bool = True
    is_whole: bool = True
    described: tuple[str, str, str] = ("tornello-gateway", "0.2.0", "arm64")
    told: list[Outcome] = field(default_factory=list)
    installed: list[bytes] = field(default_factory=list)
    during_trial: Callable[[ReleaseFolder], None] = ReleaseFolder.confirm
    now: float = 0.0

    def __post_init__(self) -> None:
        self.folder = ReleaseFolder(self.root)
        bring_in_force(self.folder, "0.1.0-a")

    def run(self) -> tuple[str, str]:
        outcome = update(self.folder, self, self, self, lambda _: None)
        assert outcome is not None
        assert self.told[-1] == outcome
        assert self.request is None, "a wish that is dealt with is cleared"
        return outcome.state, outcome.detail

    def read_request(self) -> Request | None:
        return self.request

    def read_outcome(self) -> Outcome | None:
        return self.told[-1] if self.told else None

    def tell(self, outcome: Outcome) -> None:
        self.told.append(outcome)

    def copy_package(self, release: SoftwareRelease) -> Path | None:
        path = self.root / "package.deb"
        path.write_bytes(b"package")
        return path if self.is_whole else None

    def clear(self) -> None:
        self.request = None

    def architecture(self) -> str:
        return "arm64"

    def find_key(self) -> Path | None:
        return self.root / "release.pub" if self.has_key else None

    def is_signed(self, key: Path, signed: SignedRelease) -> bool:
        return signed.signature == GOOD

    def describe(self, package: Path) -> tuple[str, str, str]:
        return self.described

    def install(self, package: Path) -> str | None:
        self.installed.append(package.read_bytes())
        return self.dpkg(self.folder)

    def now_s(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.during_trial(self.folder)


def bring_in_force(folder: ReleaseFolder, release: str) -> None:
    folder.begin(release)
    folder.mark_complete(release)
    folder.switch(release)


def refuse_self_test(folder: ReleaseFolder) -> str:
    folder.refuse("0.2.0-b", "self-test: policy: wrong", LATER)
    return "dpkg: error processing package"


def take_back(folder: ReleaseFolder) -> None:
    folder.roll_back()
    folder.refuse("0.2.0-b", "the gateway ended", LATER)


def test_a_newer_signed_release_is_installed_and_seen_through_its_trial(tmp_path: Path) -> None:
    stand = Stand(tmp_path)
    assert stand.run() == ("done", "")
    assert stand.installed == [b"package"]
    assert [outcome.state for outcome in stand.told] == ["running", "done"]
    assert not (tmp_path / "package.deb").exists()


@pytest.mark.parametrize(
    ("wish", "word"),
    [
        ("no release", "release_malformed"),
        (text(signature=BAD), "release_unsigned"),
        (text(replace(RELEASE, package="openssh-server")), "release_of_other_device"),
        (text(replace(RELEASE, architecture="amd64")), "release_of_other_device"),
        (text(replace(RELEASE, version="0.1.0")), "release_not_newer"),
        (text(replace(RELEASE, version="0.0.9")), "release_not_newer"),
    ],
)
def test_a_wish_that_is_not_for_this_device_is_refused_and_dpkg_sees_nothing(
    tmp_path: Path, wish: str, word: str
) -> None:
    stand = Stand(tmp_path, Request("cmd_1", wish))
    assert stand.run() == ("refused", word)
    assert stand.installed == []


def test_without_a_release_key_nothing_is_installed(tmp_path: Path) -> None:
    stand = Stand(tmp_path, has_key=False)
    assert stand.run() == ("refused", "no_release_key")
    assert stand.installed == []


def test_a_package_that_is_not_what_was_signed_is_not_installed(tmp_path: Path) -> None:
    stand = Stand(tmp_path, is_whole=False)
    assert stand.run() == ("failed", "update_differs")
    assert stand.installed == []


def test_a_package_that_calls_itself_something_else_is_not_installed(tmp_path: Path) -> None:
    stand = Stand(tmp_path, described=("tornello-gateway", "0.1.9", "arm64"))
    assert stand.run() == ("refused", "release_of_other_device")
    assert stand.installed == []


def test_a_failed_self_test_is_told(tmp_path: Path) -> None:
    stand = Stand(tmp_path, dpkg=refuse_self_test)
    assert stand.run() == ("failed", "update_self_test_failed")
    assert stand.told[-1].reason == "self-test: policy: wrong"


def test_words_of_dpkg_without_a_refusal_are_told(tmp_path: Path) -> None:
    stand = Stand(tmp_path, dpkg=lambda _: "dpkg: error: the frontend lock is held")
    assert stand.run() == ("failed", "update_not_installed")
    assert "lock" in stand.told[-1].reason


def test_a_release_that_does_not_stand_its_trial_is_told(tmp_path: Path) -> None:
    stand = Stand(tmp_path, during_trial=take_back)
    assert stand.run() == ("failed", "update_rolled_back")


def test_a_trial_that_nobody_ends_is_undecided(tmp_path: Path) -> None:
    stand = Stand(tmp_path, during_trial=lambda _: None)
    assert stand.run() == ("failed", "update_undecided")
    assert stand.now >= TRIAL_MAX_S


def test_an_update_that_a_power_cut_broke_off_is_brought_to_its_end(tmp_path: Path) -> None:
    """The release is in force by then, and that does not make it one that is not newer."""
    stand = Stand(tmp_path, dpkg=lambda _: None)
    stand.told.append(Outcome("cmd_1", "running", "2026-01-01T00:00:00+00:00"))
    bring_in_force(stand.folder, "0.2.0-b")
    assert stand.run() == ("done", "")


def test_a_release_that_was_taken_back_before_the_power_was_there_again_is_not_tried_again(tmp_path: Path) -> None:
    stand = Stand(tmp_path)
    stand.told.append(Outcome("cmd_1", "running", "2026-01-01T00:00:00+00:00"))
    stand.folder.refuse("0.2.0-b", "the gateway ended", LATER)
    assert stand.run() == ("failed", "update_rolled_back")
    assert stand.installed == []


def test_a_disk_that_fails_in_between_is_told(tmp_path: Path) -> None:
    def fail(_: ReleaseFolder) -> str | None:
        raise OSError("no space left")

    assert Stand(tmp_path, dpkg=fail).run() == ("failed", "update_not_installed")


def test_without_a_wish_there_is_nothing_to_do(tmp_path: Path) -> None:
    stand = Stand(tmp_path, request=None)
    assert update(stand.folder, stand, stand, stand, lambda _: None) is None
    assert stand.told == []
