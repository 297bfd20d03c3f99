"""Whoever waits is told after a sync that began when their commit was there; many share one."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cloud.log_sync import LogNotSyncedError, LogSync


class Disk:
    """Counts its syncs; the first one lasts until it may end."""

    def __init__(self) -> None:
        self.syncs = 0
        self.has_begun, self.may_end = threading.Event(), threading.Event()
        self.is_broken = False

    def sync(self) -> None:
        self.syncs += 1
        if self.syncs == 1:
            self.has_begun.set()
            assert self.may_end.wait(20)
        if self.is_broken:
            raise OSError(5, "Input/output error")


def test_who_comes_while_a_sync_runs_waits_for_the_next_one_and_shares_it() -> None:
    disk = Disk()
    log = LogSync(disk.sync)
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(log.wait)
        assert disk.has_begun.wait(20)
        others = [threads.submit(log.wait) for _ in range(6)]
        while log.waiting < 6:
            assert not any(each.done() for each in (first, *others)), "nothing is on the disk yet"
        disk.may_end.set()
        for each in (first, *others):
            each.result(20)
    assert disk.syncs == 2


def test_one_after_the_other_each_has_a_sync_of_its_own() -> None:
    disk = Disk()
    disk.may_end.set()
    log = LogSync(disk.sync)
    for _ in range(3):
        log.wait()
    assert disk.syncs == 3


def test_a_disk_that_has_failed_once_is_not_believed_again() -> None:
    disk = Disk()
    disk.may_end.set()
    disk.is_broken = True
    log = LogSync(disk.sync)
    with pytest.raises(LogNotSyncedError):
        log.wait()
    disk.is_broken = False
    with pytest.raises(LogNotSyncedError):
        log.wait()
