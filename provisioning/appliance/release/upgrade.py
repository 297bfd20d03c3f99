"""What happens when a release is installed: built, tested, brought in force, watched, and undone when it fails.

The running gateway goes on deciding while the new release is built and tested; only the restart interrupts it. A
release whose self-test fails is never in force. One that is in force is on trial until the service has been ready for
`STEADY_S` without an end; the unit `tornello-gateway-confirm` watches, at every start of the gateway, so a power cut
or a start much later changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, Protocol

from provisioning.appliance.release.folder import NoWayBackError, ReleaseFolder

STEADY_S: Final = 60.0
"""So long without an end, and a release has proved itself."""
READY_S: Final = 120.0
"""So long may the service take until it is ready: its own 60 s, and what a slow card adds at boot."""
STEP_S: Final = 2.0
WATCHES_MAX: Final = 3
"""A machine that went down in so many watches, one after the other, is not watched again."""

Report = Callable[[str], None]
ActiveState = Literal["active", "starting", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class ServiceState:
    """`restarts` counts the ends that nobody asked for, since somebody last started the service."""

    active: ActiveState
    restarts: int = 0


class ReleaseSource(Protocol):
    """What the package brings."""

    @property
    def release(self) -> str: ...

    def build(self, target: Path) -> None:
        """Make the release in an empty folder; SourceError when that fails."""

    def self_test(self, target: Path) -> str | None:
        """Why the release must not be in force; None when it may be."""


class Service(Protocol):
    """The gateway as the service manager sees it; `stopped` where there is none."""

    def state(self) -> ServiceState: ...

    def restart(self) -> bool:
        """Whether it became ready."""


class Pace(Protocol):
    """Monotonic time."""

    def now_s(self) -> float: ...

    def wait(self, seconds: float) -> None: ...


class SourceError(Exception):
    """The release could not be made; the text says why."""


class RefusedError(Exception):
    """The release was turned away; the text says why, and what is in force instead."""


def install(folder: ReleaseFolder, source: ReleaseSource, service: Service, report: Report) -> None:
    """Bring the package's release in force; does nothing when it is already.

    Raises:
        RefusedError: it failed, and what was in force before is again.
    """
    with folder.locked():
        release, trial = source.release, folder.trial
        if folder.current != release or not folder.is_complete(release):
            _make(folder, source, report)
            folder.switch(release)
        elif trial is None or trial.watches:
            report(f"{release} is in force already")
            return
        # Otherwise an earlier call was cut short after the switch: no gateway has started since.
        report(f"{release} is in force" + (f", {folder.previous} is the way back" if folder.previous else ""))
        _bring_up(folder, service)
        for gone in folder.prune():
            report(f"removed {gone}")


def _bring_up(folder: ReleaseFolder, service: Service) -> None:
    """Restart a service that runs, or tries to; one that was well before must be so afterwards."""
    before = service.state().active
    if before in {"active", "starting"} and not service.restart() and before == "active":
        raise RefusedError(_undo(folder, service, "it did not become ready"))


def _make(folder: ReleaseFolder, source: ReleaseSource, report: Report) -> None:
    """A complete release that has passed its self-test, or none at all."""
    release = source.release
    if not folder.is_complete(release):
        report(f"installing {release}")
        path = folder.begin(release)
        try:
            source.build(path)
        except SourceError as error:
            folder.refuse(release, str(error), _moment())
            raise RefusedError(f"{release} could not be installed: {error}") from error
        folder.mark_complete(release)
    fault = source.self_test(folder.path(release))
    if fault is not None:
        folder.refuse(release, f"self-test: {fault}", _moment())
        still = f"{folder.current} stays in force" if folder.current else "nothing is in force"
        raise RefusedError(f"{release} failed its self-test ({fault}); {still}")


def confirm(folder: ReleaseFolder, service: Service, pace: Pace, report: Report) -> None:
    """Watch the release that is on trial, and confirm it or go back; does nothing without a trial.

    Raises:
        RefusedError: it did not prove itself, and the previous release is in force again.
    """
    with folder.locked():
        trial = folder.trial
        if trial is None:
            report("nothing is on trial")
            return
        number = folder.begin_watch()
    fault = f"{WATCHES_MAX} watches of it never came to an end" if number > WATCHES_MAX else None
    is_over = fault is not None
    if not is_over:
        report(f"watching {trial.release} for {STEADY_S:.0f} s")
        is_over, fault = _watch(service, pace)
    with folder.locked():
        if folder.trial is None or folder.trial.release != trial.release:
            report("another release is in force by now")
        elif not is_over:
            folder.forget_watch()
            report("the gateway was stopped: its next start is watched")
        elif fault is not None:
            raise RefusedError(_undo(folder, service, fault))
        else:
            folder.confirm()
            report(f"{trial.release} has proved itself")


def _watch(service: Service, pace: Pace) -> tuple[bool, str | None]:
    """Whether the watch came to a verdict, and the fault if there was one. Bounded by READY_S and STEADY_S."""
    began = pace.now_s()
    ready: float | None = None
    while True:
        now, state = pace.now_s(), service.state()
        if state.active == "stopped":
            return False, None
        if state.active == "failed" or state.restarts:
            return True, "the gateway ended"
        if state.active == "active":
            ready = now if ready is None else ready
            if now - ready >= STEADY_S:
                return True, None
        elif now - began >= READY_S:
            return True, "the gateway did not become ready"
        pace.wait(STEP_S)


def roll_back(folder: ReleaseFolder, service: Service, report: Report) -> None:
    """Go back because a person says so.

    Raises:
        NoWayBackError: there is no previous release.
    """
    with folder.locked():
        if folder.previous is None:
            raise NoWayBackError("there is no previous release to go back to")
        report(_undo(folder, service, "taken back by hand"))


def _undo(folder: ReleaseFolder, service: Service, reason: str) -> str:
    """Bring the previous release in force and the service up with it; gives what to tell."""
    failed = folder.current
    assert failed is not None
    try:
        restored = folder.roll_back()
    except NoWayBackError as error:
        folder.refuse(failed, reason, _moment())
        raise NoWayBackError(f"{failed}: {reason}; {error}") from error
    is_up = service.state().active == "stopped" or service.restart()
    folder.refuse(failed, reason, _moment())  # removes what ran until a moment ago
    return f"{failed} taken back ({reason}); {restored} is in force" + ("" if is_up else ", but is not ready either")


def _moment() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
