"""The folder of releases: one switch, one way back, and nothing half done after a power cut between any two steps."""

import os
from pathlib import Path

import pytest

from provisioning.appliance.release.folder import REFUSALS_MAX, NoWayBackError, ReleaseFolder, Trial


@pytest.fixture(name="folder")
def empty_folder(tmp_path: Path) -> ReleaseFolder:
    folder = ReleaseFolder(tmp_path / "tornello-gateway")
    with folder.locked():
        return folder


def add(folder: ReleaseFolder, *releases: str) -> None:
    for release in releases:
        (folder.begin(release) / "program").write_text(release)
        folder.mark_complete(release)


def test_the_first_release_is_in_force_without_a_trial(folder: ReleaseFolder) -> None:
    add(folder, "a")
    folder.switch("a")
    assert (folder.current, folder.previous, folder.trial) == ("a", None, None)
    assert (folder.root / "current" / "program").read_text() == "a"


def test_the_next_one_is_on_trial_and_has_a_way_back(folder: ReleaseFolder) -> None:
    add(folder, "a", "b")
    folder.switch("a")
    folder.switch("b")
    assert (folder.current, folder.previous, folder.trial) == ("b", "a", Trial("b"))
    folder.confirm()
    assert (folder.current, folder.previous, folder.trial) == ("b", "a", None)


def test_the_way_back_leads_to_the_last_release_that_stood_its_trial(folder: ReleaseFolder) -> None:
    add(folder, "a", "b", "c")
    for release in "abc":
        folder.switch(release)
    assert (folder.current, folder.previous) == ("c", "a")


def test_rolled_back_there_is_no_trial_and_no_further_way_back(folder: ReleaseFolder) -> None:
    add(folder, "a", "b")
    folder.switch("a")
    folder.switch("b")
    assert folder.roll_back() == "a"
    assert (folder.current, folder.previous, folder.trial) == ("a", None, None)
    with pytest.raises(NoWayBackError):
        folder.roll_back()


def test_a_release_that_was_not_completed_is_neither_complete_nor_a_way_back(folder: ReleaseFolder) -> None:
    add(folder, "a", "b")
    folder.switch("a")
    folder.switch("b")
    (folder.path("a") / "complete").unlink()
    assert folder.releases == ["b"]
    with pytest.raises(NoWayBackError):
        folder.roll_back()


def test_a_new_attempt_clears_away_what_an_interrupted_one_left(folder: ReleaseFolder) -> None:
    (folder.begin("a") / "half").write_text("")
    assert list(folder.begin("a").iterdir()) == []


def test_a_power_cut_between_the_mark_of_the_trial_and_the_switch_leaves_no_trial(folder: ReleaseFolder) -> None:
    add(folder, "a", "b")
    folder.switch("a")
    folder.switch("b")
    (folder.root / "current").unlink()
    (folder.root / "current").symlink_to("versions/a")  # as before the last of the three steps
    assert (folder.current, folder.previous, folder.trial) == ("a", None, None)


def test_a_switch_that_was_cut_short_does_not_stand_in_the_way_of_the_next(folder: ReleaseFolder) -> None:
    add(folder, "a", "b")
    folder.switch("a")
    (folder.root / ".current.new").symlink_to("versions/b")
    folder.switch("b")
    assert folder.current == "b"


def test_only_the_release_in_force_and_the_way_back_are_kept(folder: ReleaseFolder) -> None:
    add(folder, "a", "b", "c")
    folder.begin("half")
    folder.switch("a")
    folder.switch("b")
    assert folder.prune() == ["c", "half"]
    assert folder.releases == ["a", "b"]


def test_a_refused_release_goes_but_never_the_one_in_force(folder: ReleaseFolder) -> None:
    add(folder, "a", "b")
    folder.switch("a")
    folder.refuse("b", "self-test", "2027-01-01T00:00:00+00:00")
    folder.refuse("a", "did not start", "2027-01-01T00:00:01+00:00")
    assert folder.releases == ["a"]
    assert [refusal.release for refusal in folder.refusals] == ["b", "a"]


def test_refusals_are_remembered_up_to_a_bound(folder: ReleaseFolder) -> None:
    for number in range(REFUSALS_MAX + 3):
        folder.refuse(str(number), "self-test", "2027-01-01T00:00:00+00:00")
    assert [refusal.release for refusal in folder.refusals] == [str(number) for number in range(3, REFUSALS_MAX + 3)]


@pytest.mark.parametrize("name", ["trial.json", "refused.json"])
def test_a_damaged_note_is_as_none(folder: ReleaseFolder, name: str) -> None:
    add(folder, "a")
    folder.switch("a")
    (folder.root / name).write_bytes(b"\x00" * 40)
    assert (folder.trial, folder.refusals) == (None, [])


def test_links_are_relative_so_that_an_image_can_be_built_under_any_root(folder: ReleaseFolder) -> None:
    add(folder, "a")
    folder.switch("a")
    assert os.readlink(folder.root / "current") == "versions/a"
