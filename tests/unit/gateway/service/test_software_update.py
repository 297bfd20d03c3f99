"""An update from afar: what is refused, what is handed to root, and who answers after the restart."""

import asyncio
from dataclasses import replace

import pytest

from gateway.service import software_update
from gateway.service.update_ports import CannotFetchError
from sync_protocol.gate_commands import UpdateSoftware
from tests.in_loop import in_loop
from tests.update_fakes import ORDER, RELEASE, URL, FakeUpdateFolder, UpdateStand, action, turns


@in_loop
async def test_a_release_is_fetched_handed_to_root_and_answered_as_root_says() -> None:
    stand = UpdateStand()
    async with stand.running():
        assert stand.updates.begin(ORDER, action()) is None
        assert await stand.until_told() == ("done", "")
    assert stand.fetched == [URL]
    assert stand.folder.asked == [action().release]
    assert stand.folder.order == replace(ORDER, is_asked=True), "kept, for the answer may have to be repeated"


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (action(is_signed=False), "release_unsigned"),
        (action(replace(RELEASE, version="0.1.0")), "release_not_newer"),
        (action(replace(RELEASE, version="0.0.9")), "release_not_newer"),
        (action(replace(RELEASE, architecture="amd64")), "release_of_other_device"),
        (action(replace(RELEASE, package="tornello-cloud")), "release_of_other_device"),
        (action(url="http://releases.club.example/a.deb"), "update_address_wrong"),
        (action(url="file:///etc/shadow"), "update_address_wrong"),
        (action(url="https://releases.club.example:99999999999999999999/a.deb"), "update_address_wrong"),
        (action(url="https://releases.club.example:65536/a.deb"), "update_address_wrong"),
        (action(url=f"https://{'a' * 500}"), "release_malformed"),
        (action(url="https://[releases"), "release_malformed"),
        (UpdateSoftware("0.3.0", URL, action().release), "release_malformed"),
        (UpdateSoftware("0.2.0", URL, "no release"), "release_malformed"),
    ],
)
@in_loop
async def test_a_release_that_is_not_for_this_gateway_is_refused_before_anything_is_fetched(
    given: UpdateSoftware, word: str
) -> None:
    stand = UpdateStand()
    async with stand.running():
        assert stand.updates.begin(ORDER, given) == ("refused", word)
    assert stand.fetched == []


@in_loop
async def test_without_a_release_key_nothing_is_believed() -> None:
    stand = UpdateStand(has_key=False)
    async with stand.running():
        assert stand.updates.begin(ORDER, action()) == ("refused", "no_release_key")


@in_loop
async def test_one_update_at_a_time_and_the_next_as_soon_as_it_has_ended() -> None:
    stand = UpdateStand(gate=asyncio.Event(), fault=CannotFetchError("update_not_fetched", "nobody is there"))
    async with stand.running():
        assert stand.updates.begin(ORDER, action()) is None
        assert stand.updates.begin(ORDER, action()) == ("refused", "update_running")
        assert stand.gate is not None
        stand.gate.set()
        assert await stand.until_told() == ("failed", "update_not_fetched")
        while stand.updates.begin(ORDER, action()) is not None:
            await turns()
    assert stand.folder.asked == []


@in_loop
async def test_a_disk_that_keeps_nothing_is_an_answer() -> None:
    stand = UpdateStand(folder=FakeUpdateFolder(fault=OSError("read-only")))
    async with stand.running():
        stand.updates.begin(ORDER, action())
        assert await stand.until_told() == ("failed", "update_not_kept")


@in_loop
async def test_the_program_that_runs_after_the_restart_answers() -> None:
    order = replace(ORDER, is_asked=True)
    stand = UpdateStand(folder=FakeUpdateFolder(("failed", "update_rolled_back"), order=order))
    async with stand.running():
        assert await stand.until_told() == ("failed", "update_rolled_back")
    assert stand.expected == [order]


@in_loop
async def test_a_restart_before_root_was_asked_is_an_interrupted_update() -> None:
    stand = UpdateStand(folder=FakeUpdateFolder(order=ORDER))
    async with stand.running():
        assert await stand.until_told() == ("failed", "update_interrupted")


@in_loop
async def test_where_nobody_takes_the_wish_it_is_withdrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(software_update, "TAKEN_MAX_S", 0.01)
    stand = UpdateStand(folder=FakeUpdateFolder(is_watched=False))
    async with stand.running():
        stand.updates.begin(ORDER, action())
        assert await stand.until_told() == ("failed", "update_not_taken")
    assert stand.folder.asked == []


@in_loop
async def test_an_update_that_never_ends_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(software_update, "ENDED_MAX_S", 0.01)
    stand = UpdateStand(folder=FakeUpdateFolder(None))
    async with stand.running():
        stand.updates.begin(ORDER, action())
        assert await stand.until_told() == ("failed", "update_undecided")


@in_loop
async def test_nothing_is_left_when_the_answer_can_no_longer_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(software_update, "KEPT_S", 0.01)
    stand = UpdateStand()
    async with stand.running():
        stand.updates.begin(ORDER, action())
        await stand.until_told()
        while stand.folder.order is not None:
            await turns()
