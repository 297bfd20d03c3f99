"""What root does when the gateway asks for another release: checks it anew, lets dpkg install it, says how it ended.

The gateway's user is not trusted: whatever it says is only a wish. What is installed is what the holder of the release
key has signed, copied to a place of root's before it is looked at, for this kind of device, and newer than what is in
force. A power cut at any step is followed by the same step again: the wish is cleared last.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, Protocol

from provisioning.appliance.release.folder import ReleaseFolder
from provisioning.appliance.release.upgrade import Pace
from sync_protocol.software_release import (
    PACKAGE,
    ReleaseTextError,
    SignedRelease,
    SoftwareRelease,
    read_release,
    version_numbers,
)

TRIAL_MAX_S: Final = 600.0
"""A trial has its minute, and 120 s until the gateway is ready; the way back takes as long."""
STEP_S: Final = 2.0
REASON_CHARACTERS_MAX: Final = 300

Report = Callable[[str], None]
OutcomeState = Literal["running", "done", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Request:
    """What the gateway wishes: the text of a release, for the command that it was given."""

    command_id: str
    release: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`detail` is a stable word, `reason` says more; `begun_at` is UTC in ISO 8601."""

    command_id: str
    state: OutcomeState
    begun_at: str
    detail: str = ""
    reason: str = ""


class UnfitError(Exception):
    """The release is not brought in force: as what it counts, the stable word, and more in words."""

    def __init__(self, state: OutcomeState, detail: str, reason: str = "") -> None:
        super().__init__(f"{detail}: {reason}" if reason else detail)
        self.state = state
        self.detail = detail
        self.reason = reason


class Desk(Protocol):
    """Where wishes lie, and outcomes are put."""

    def read_request(self) -> Request | None: ...

    def read_outcome(self) -> Outcome | None:
        """The last that was told."""

    def tell(self, outcome: Outcome) -> None: ...

    def copy_package(self, release: SoftwareRelease) -> Path | None:
        """The package in a place of root's; None if it is not what the release says."""

    def clear(self) -> None:
        """The wish is dealt with."""


class Tools(Protocol):
    """What the system brings."""

    def architecture(self) -> str: ...

    def find_key(self) -> Path | None:
        """The release key, if there is one that nobody but root can have put there."""

    def is_signed(self, key: Path, signed: SignedRelease) -> bool: ...

    def describe(self, package: Path) -> tuple[str, str, str]:
        """Name, version and architecture by the package's own account."""

    def install(self, package: Path) -> str | None:
        """The last words of dpkg, if it failed."""


def update(folder: ReleaseFolder, desk: Desk, tools: Tools, pace: Pace, report: Report) -> Outcome | None:
    """Deal with what the gateway wishes; None if there is no wish."""
    request = desk.read_request()
    if request is None:
        report("nothing is asked for")
        desk.clear()
        return None
    before = desk.read_outcome()
    is_resumed = before is not None and (before.command_id, before.state) == (request.command_id, "running")
    begun_at = before.begun_at if before is not None and is_resumed else datetime.now(UTC).isoformat(timespec="seconds")
    desk.tell(Outcome(request.command_id, "running", begun_at))
    try:
        release = _check(request, folder, tools, may_be_in_force=is_resumed)
        # An attempt that a power cut has ended may have been turned away already; otherwise dpkg is to finish.
        if _refusal(folder, release.version, begun_at) is None:
            _install(desk, tools, release, folder, begun_at)
        _wait_for_trial(folder, release.version, begun_at, pace)
        outcome = Outcome(request.command_id, "done", begun_at)
    except UnfitError as error:
        reason = error.reason[:REASON_CHARACTERS_MAX]
        outcome = Outcome(request.command_id, error.state, begun_at, error.detail, reason)
    except OSError as error:
        outcome = Outcome(request.command_id, "failed", begun_at, "update_not_installed", str(error))
    report(f"{request.command_id}: {outcome.state} {outcome.detail} {outcome.reason}".rstrip())
    try:
        desk.tell(outcome)
    finally:
        desk.clear()
    return outcome


def _check(request: Request, folder: ReleaseFolder, tools: Tools, *, may_be_in_force: bool) -> SoftwareRelease:
    try:
        signed = read_release(request.release)
    except ReleaseTextError as error:
        raise UnfitError("refused", "release_malformed", str(error)) from error
    key = tools.find_key()
    if key is None:
        raise UnfitError("refused", "no_release_key")
    if not tools.is_signed(key, signed):
        raise UnfitError("refused", "release_unsigned")
    release = signed.release
    if (release.package, release.architecture) != (PACKAGE, tools.architecture()):
        raise UnfitError("refused", "release_of_other_device", f"{release.package} for {release.architecture}")
    new, current = version_numbers(release.version), version_numbers(_version_of(folder.current))
    if new < current or (new == current and not may_be_in_force):
        raise UnfitError("refused", "release_not_newer", f"{folder.current} is in force")
    return release


def _install(desk: Desk, tools: Tools, release: SoftwareRelease, folder: ReleaseFolder, begun_at: str) -> None:
    package = desk.copy_package(release)
    if package is None:
        raise UnfitError("failed", "update_differs")
    try:
        if tools.describe(package) != (release.package, release.version, release.architecture):
            raise UnfitError("refused", "release_of_other_device", "the package itself says something else")
        words = tools.install(package)
    finally:
        package.unlink()
    _check_refusal(folder, release.version, begun_at)
    if words is not None:
        raise UnfitError("failed", "update_not_installed", words)


def _wait_for_trial(folder: ReleaseFolder, version: str, begun_at: str, pace: Pace) -> None:
    """Until the release has proved itself; `tornello-gateway-confirm` watches it."""
    deadline = pace.now_s() + TRIAL_MAX_S
    while folder.trial is not None:
        if pace.now_s() >= deadline:
            raise UnfitError("failed", "update_undecided", "the gateway has not run through its trial")
        pace.wait(STEP_S)
    # Whoever takes a release back holds the folder until the one before serves again, and the reason is noted.
    with folder.locked():
        _check_refusal(folder, version, begun_at)
        if _version_of(folder.current) != version:
            raise UnfitError("failed", "update_rolled_back", f"{folder.current} is in force")


def _check_refusal(folder: ReleaseFolder, version: str, begun_at: str) -> None:
    reason = _refusal(folder, version, begun_at)
    if reason is not None and reason.startswith("self-test"):
        raise UnfitError("failed", "update_self_test_failed", reason)
    if reason is not None:
        raise UnfitError("failed", "update_rolled_back", reason)


def _refusal(folder: ReleaseFolder, version: str, begun_at: str) -> str | None:
    """Why the release was turned away since then."""
    for refusal in reversed(folder.refusals):
        if _version_of(refusal.release) == version and refusal.at >= begun_at:
            return refusal.reason
    return None


def _version_of(release: str | None) -> str:
    """Releases are named by version and content."""
    return (release or "").rpartition("-")[0]
