"""What becomes of a release: refused before it is in force, taken back at once or by the watch, or confirmed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from provisioning.appliance.release.folder import NoWayBackError, ReleaseFolder, Trial
from provisioning.appliance.release.upgrade import (
    READY_S,
    STEADY_S,
    WATCHES_MAX,
    ActiveState,
    RefusedError,
    ServiceState,
    SourceError,
    confirm,
    install,
    roll_back,
)


@dataclass
class Source:
    release: str
    fault: str | None = None
    is_buildable: bool = True
    builds: int = 0

    def build(self, target: Path) -> None:
        self.builds += 1
        (target / "program").write_text(self.release)
        if not self.is_buildable:
            raise SourceError("no space left")

    def self_test(self, target: Path) -> str | None:
        return self.fault if (target / "program").read_text() == self.release else "another release"


@dataclass
class Service:
    """Runs whatever is in force; `unfit` releases do not become ready."""

    folder: ReleaseFolder
    active: ActiveState = "active"
    unfit: frozenset[str] = frozenset()
    told: list[ServiceState] = field(default_factory=list)
    started: list[str | None] = field(default_factory=list)

    def state(self) -> ServiceState:
        return self.told.pop(0) if self.told else ServiceState(self.active)

    def restart(self) -> bool:
        self.started.append(self.folder.current)
        return self.folder.current not in self.unfit


class Pace:
    def __init__(self) -> None:
        self.now = 0.0

    def now_s(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


def silent(_: str) -> None:
    pass


@pytest.fixture(name="folder")
def folder_with_one_release(tmp_path: Path) -> ReleaseFolder:
    folder = ReleaseFolder(tmp_path)
    install(folder, Source("a"), Service(folder, "stopped"), silent)
    return folder


def add_complete(folder: ReleaseFolder, release: str) -> None:
    (folder.begin(release) / "program").write_text(release)
    folder.mark_complete(release)


def states(active: ActiveState, count: int, restarts: int = 0) -> Iterable[ServiceState]:
    return [ServiceState(active, restarts)] * count


def test_the_running_service_is_restarted_once_and_the_release_is_on_trial(folder: ReleaseFolder) -> None:
    service = Service(folder)
    install(folder, Source("b"), service, silent)
    assert (folder.current, folder.previous, service.started) == ("b", "a", ["b"])
    assert folder.trial is not None


def test_a_service_that_does_not_run_is_left_alone(folder: ReleaseFolder) -> None:
    service = Service(folder, "stopped")
    install(folder, Source("b"), service, silent)
    assert (folder.current, service.started) == ("b", [])


def test_a_release_that_is_in_force_is_not_made_again(folder: ReleaseFolder) -> None:
    source, service = Source("a"), Service(folder)
    install(folder, source, service, silent)
    assert (source.builds, service.started) == (0, [])


def test_an_installation_that_was_cut_short_before_the_restart_is_brought_to_its_end(folder: ReleaseFolder) -> None:
    add_complete(folder, "b")
    folder.switch("b")
    service = Service(folder)
    install(folder, Source("b"), service, silent)
    assert service.started == ["b"]


def test_a_release_that_is_being_watched_is_not_disturbed(folder: ReleaseFolder) -> None:
    service = Service(on_trial(folder))
    folder.begin_watch()
    install(folder, Source("b"), service, silent)
    assert service.started == []


def test_a_release_that_fails_its_self_test_is_never_in_force(folder: ReleaseFolder) -> None:
    service = Service(folder)
    with pytest.raises(RefusedError, match="b failed its self-test \\(it cannot decide\\); a stays in force"):
        install(folder, Source("b", fault="it cannot decide"), service, silent)
    assert (folder.current, folder.releases, service.started) == ("a", ["a"], [])
    assert folder.refusals[-1].reason == "self-test: it cannot decide"


def test_a_release_that_cannot_be_built_leaves_nothing_behind(folder: ReleaseFolder) -> None:
    with pytest.raises(RefusedError, match="no space left"):
        install(folder, Source("b", is_buildable=False), Service(folder), silent)
    assert (folder.current, [path.name for path in (folder.root / "versions").iterdir()]) == ("a", ["a"])


def test_a_release_that_does_not_become_ready_is_taken_back_at_once(folder: ReleaseFolder) -> None:
    service = Service(folder, unfit=frozenset("b"))
    with pytest.raises(RefusedError, match="b taken back \\(it did not become ready\\); a is in force"):
        install(folder, Source("b"), service, silent)
    assert (folder.current, folder.trial, folder.releases, service.started) == ("a", None, ["a"], ["b", "a"])


def test_a_service_that_was_failing_before_is_no_fault_of_the_new_release(folder: ReleaseFolder) -> None:
    service = Service(folder, "starting", unfit=frozenset("b"))
    install(folder, Source("b"), service, silent)
    assert (folder.current, service.started) == ("b", ["b"])


def test_after_an_upgrade_only_two_releases_are_kept(folder: ReleaseFolder) -> None:
    for release in "bcd":
        install(folder, Source(release), Service(folder), silent)
        folder.confirm()
    assert folder.releases == ["c", "d"]


def on_trial(folder: ReleaseFolder) -> ReleaseFolder:
    install(folder, Source("b"), Service(folder), silent)
    return folder


def test_a_release_that_stays_up_for_its_time_is_confirmed(folder: ReleaseFolder) -> None:
    pace = Pace()
    service = Service(on_trial(folder), told=[*states("starting", 5)])
    confirm(folder, service, pace, silent)
    assert (folder.current, folder.trial) == ("b", None)
    assert STEADY_S <= pace.now < STEADY_S + 20


@pytest.mark.parametrize(
    "told",
    [
        [*states("active", 3), *states("starting", 1, restarts=1)],
        [*states("active", 3), *states("failed", 1)],
        [*states("active", 1, restarts=1)],
        [*states("starting", round(READY_S))],
    ],
    ids=["ends", "fails", "has ended before", "is never ready"],
)
def test_a_release_that_does_not_is_taken_back(folder: ReleaseFolder, told: list[ServiceState]) -> None:
    service = Service(on_trial(folder), told=told)
    with pytest.raises(RefusedError, match="a is in force"):
        confirm(folder, service, Pace(), silent)
    assert (folder.current, folder.releases, service.started) == ("a", ["a"], ["a"])


def test_whoever_stops_the_service_meanwhile_only_puts_the_verdict_off(folder: ReleaseFolder) -> None:
    service = Service(on_trial(folder), told=[*states("active", 3), *states("stopped", 1)])
    confirm(folder, service, Pace(), silent)
    assert folder.current == "b"
    assert folder.trial == Trial("b", watches=0)


class PowerCutError(Exception):
    pass


class FailingPower(Pace):
    def wait(self, seconds: float) -> None:
        raise PowerCutError


def test_a_machine_that_never_finishes_a_watch_goes_back(folder: ReleaseFolder) -> None:
    on_trial(folder)
    for _ in range(WATCHES_MAX):
        with pytest.raises(PowerCutError):
            confirm(folder, Service(folder), FailingPower(), silent)
    assert folder.current == "b"
    with pytest.raises(RefusedError, match="a is in force"):
        confirm(folder, Service(folder), Pace(), silent)


def test_another_release_that_came_in_force_meanwhile_is_not_judged(folder: ReleaseFolder) -> None:
    class Upgraded(Pace):
        def wait(self, seconds: float) -> None:
            super().wait(seconds)
            install(folder, Source("c"), Service(folder), silent)

    confirm(on_trial(folder), Service(folder), Upgraded(), silent)
    assert folder.current == "c"
    assert folder.trial is not None


def test_without_a_trial_there_is_nothing_to_watch(folder: ReleaseFolder) -> None:
    pace = Pace()
    confirm(folder, Service(folder), pace, silent)
    assert pace.now == 0.0


def test_a_person_takes_a_release_back(folder: ReleaseFolder) -> None:
    service = Service(on_trial(folder))
    roll_back(folder, service, silent)
    assert (folder.current, service.started) == ("a", ["a"])
    with pytest.raises(NoWayBackError):
        roll_back(folder, service, silent)


def test_going_back_without_a_way_leaves_everything_as_it_is(folder: ReleaseFolder) -> None:
    with pytest.raises(NoWayBackError, match="no previous release"):
        roll_back(folder, Service(folder), silent)
    assert (folder.current, folder.releases, folder.refusals) == ("a", ["a"], [])
