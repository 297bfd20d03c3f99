"""A file is brought in by lots: others write between them, and an interrupted one goes on without anybody twice."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from cloud.audit.models import AuditEntry
from cloud.errors import ConflictError
from cloud.labels import service as labels
from cloud.labels.service import LABELS_MAX
from cloud.member_import import resuming, service
from cloud.member_import.models import ImportedLot
from cloud.member_import.service import LOT_ROWS, Order, Report
from cloud.members.models import Member
from tests.club import Club, sqlite_club

ROWS = 3 * LOT_ROWS + 1


class Interrupted(Exception):
    """What ends the import in the middle: a crash, a key of staff."""


def order_of(club: Club, rows: int = ROWS) -> Order:
    content = "name,note\n" + "".join(f"Anna {number},\n" for number in range(rows))
    return Order(site_id=club.site_id, content=content.encode(), told={})


def bring_in(club: Club, order: Order, **options: Any) -> Report:
    given: dict[str, Any] = {"is_trial": False, "pause": lambda _: None}
    return service.run(club.database, club.actor, order, **(given | options))


def interrupt_after(lots: int) -> Any:
    def pause(_duration_s: float) -> None:
        nonlocal lots
        lots -= 1
        if not lots:
            raise Interrupted

    return pause


def names(club: Club) -> Sequence[str]:
    with club.database.session() as session:
        return session.scalars(select(Member.first_name).order_by(Member.created_at, Member.id)).all()


def begun(club: Club) -> int:
    with club.database.session() as session:
        return len(session.scalars(select(ImportedLot)).all())


@pytest.mark.parametrize("is_trial", [True, False])
def test_others_write_between_two_lots(club: Club, is_trial: bool) -> None:
    written = []

    def pause(duration_s: float) -> None:
        assert duration_s >= 0
        with club.database.transaction() as session:
            written.append(club.add_member(session))

    bring_in(club, order_of(club), is_trial=is_trial, pause=pause)
    assert len(written) == 4
    assert len(names(club)) == 4 + (0 if is_trial else ROWS)


def test_an_interrupted_import_goes_on_where_it_was_and_adds_nobody_twice(club: Club) -> None:
    order = order_of(club)
    with pytest.raises(Interrupted):
        bring_in(club, order, pause=interrupt_after(2))
    assert len(names(club)) == 2 * LOT_ROWS
    told: list[tuple[int, int]] = []
    report = bring_in(club, order, tell=lambda done, total: told.append((done, total)))
    assert (report.earlier, report.count("added")) == (2 * LOT_ROWS, ROWS)
    assert [line.number for line in report.lines] == list(range(2, ROWS + 2))
    assert told == [(3 * LOT_ROWS, ROWS), (ROWS, ROWS)]
    assert sorted(names(club)) == sorted(f"Anna {number}" for number in range(ROWS))
    assert begun(club) == 0


def test_a_file_that_ended_is_brought_in_anew(club: Club) -> None:
    for _ in range(2):
        assert bring_in(club, order_of(club, rows=LOT_ROWS)).count("added") == LOT_ROWS


def test_another_mapping_is_another_import(club: Club) -> None:
    order = order_of(club)
    with pytest.raises(Interrupted):
        bring_in(club, order, pause=interrupt_after(1))
    other = Order(site_id=order.site_id, content=order.content, told={"note": ""})
    assert bring_in(club, other).earlier == 0
    assert begun(club) == 1


def test_two_who_bring_in_the_same_file_at_once_add_nobody_twice(club: Club) -> None:
    order = order_of(club)
    others: list[Report] = []

    def another(_duration_s: float) -> None:
        others.append(bring_in(club, order))

    with pytest.raises(ConflictError) as refused:
        bring_in(club, order, pause=another)
    assert (refused.value.code, others[0].count("added")) == ("import_under_way", ROWS)
    assert sorted(names(club)) == sorted(f"Anna {number}" for number in range(ROWS))


def test_after_a_week_the_whole_file_is_meant(club: Club) -> None:
    order = order_of(club)
    with pytest.raises(Interrupted):
        bring_in(club, order, pause=interrupt_after(1))
    with club.database.transaction() as session:
        (row,) = session.scalars(select(ImportedLot))
        row.done_at = session.now - resuming.RESUMED_WITHIN - timedelta(seconds=1)
    assert bring_in(club, order).count("added") == ROWS
    assert begun(club) == 0


def test_a_trial_says_what_the_import_will_say_across_its_lots(club: Club) -> None:
    content = "name,source,tags,phone\n" + "".join(
        f"Anna,Leaflet {number},t{number},{'333 1234567' if number % 30 == 1 else ''}\n"
        for number in range(LABELS_MAX + 20)
    )
    order = Order(site_id=club.site_id, content=content.encode(), told={})
    tried, done = bring_in(club, order, is_trial=True), bring_in(club, order)
    assert [(line.number, line.outcome, line.problems) for line in tried.lines] == [
        (line.number, line.outcome, line.problems) for line in done.lines
    ]
    assert {line.outcome for line in done.lines} == {"added", "refused", "there_already"}
    assert not any(line.member_id for line in tried.lines)


def contacts_file(club: Club, rows: int) -> Order:
    lines = (f"Anna {number},+39 333 {1000000 + number}\n" for number in range(rows))
    return Order(site_id=club.site_id, content=("name,phone\n" + "".join(lines)).encode(), told={})


def test_whoever_is_added_meanwhile_is_there_already(club: Club) -> None:
    """At the desk, by a second click on the same file, or by another file."""
    reports: list[Report] = []

    def pause(_duration_s: float) -> None:
        if not reports:
            reports.append(bring_in(club, other))

    lines = (f"Anna {number},+39 333 {1000000 + number},\n" for number in range(2 * LOT_ROWS))
    content = ("name,phone,note\n" + "".join(lines)).encode()
    other = Order(site_id=club.site_id, content=content, told={"note": ""})
    report = bring_in(club, Order(site_id=club.site_id, content=content, told={}), pause=pause)
    assert (report.count("added"), report.count("there_already")) == (LOT_ROWS, LOT_ROWS)
    assert (reports[0].count("added"), reports[0].count("there_already")) == (LOT_ROWS, LOT_ROWS)
    assert len(names(club)) == 2 * LOT_ROWS


def test_a_small_file_that_is_sent_twice_at_once_adds_those_with_an_address_once(tmp_path: Path) -> None:
    with sqlite_club(tmp_path / "club.db") as shared:
        order = contacts_file(shared, 5)
        barrier = Barrier(2)

        def send() -> Report:
            barrier.wait(10)
            return bring_in(shared, order)

        with ThreadPoolExecutor(2) as pool:
            reports = [future.result() for future in [pool.submit(send), pool.submit(send)]]
        assert sorted(report.count("added") for report in reports) == [0, 5]
        assert len(names(shared)) == 5


def test_what_was_refused_before_the_interruption_is_told_again_and_a_trial_says_the_same(club: Club) -> None:
    lines = (f"Anna {number},{'1' if number % 5 == 0 else ''}\n" for number in range(2 * LOT_ROWS))
    order = Order(site_id=club.site_id, content=("name,phone\n" + "".join(lines)).encode(), told={})
    with pytest.raises(Interrupted):
        bring_in(club, order, pause=interrupt_after(1))
    tried, report = bring_in(club, order, is_trial=True), bring_in(club, order)
    assert (report.earlier, report.count("refused"), report.count("added")) == (LOT_ROWS, 8, 32)
    assert report.lines[0].problems == [("phone", "bad_telephone")]
    assert [(line.number, line.outcome) for line in tried.lines] == [
        (line.number, line.outcome) for line in report.lines
    ]
    with club.database.session() as session:
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "member.import"))
        assert entry.after == {"site_id": club.site_id, "added": 32, "lines": 40}


def test_a_tag_too_many_refuses_its_line_and_adds_nobody(club: Club) -> None:
    with club.database.transaction() as session:
        labels.find_or_create(session, club.actor, "tag", [f"t{number}" for number in range(LABELS_MAX)])
    content = b"name,tags\nAnna,t1\nBruno,#new\n"
    report = bring_in(club, Order(site_id=club.site_id, content=content, told={}))
    assert [(line.outcome, list(line.problems)) for line in report.lines] == [
        ("added", []),
        ("refused", [("tags", "too_many")]),
    ]
    assert names(club) == ["Anna"]
