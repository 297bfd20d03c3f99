"""The member card shows what follows from black list and certificate as the gates will act on it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from cloud.console.flag_board import FlagView, flag_board
from cloud.console.words import Words
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day
from cloud.members import service as members
from cloud.members import standing
from cloud.sites import service as sites
from tests.club import Club

ROME = ZoneInfo("Europe/Rome")


def flags_of(session: UnitOfWork, member_id: str) -> dict[str, FlagView]:
    board = flag_board(session, members.get(session, member_id), ROME, Words("en"))
    return {f"{flag.source} {flag.effect}": flag for flag in board.raised}


def test_the_black_list_is_a_block_that_nobody_lifts_here(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        standing.black_list(session, club.actor, member_id, "Broke the mirror")
        (flag,) = flags_of(session, member_id).values()
        assert (flag.source, flag.effect, flag.text, flag.is_staffs) == (
            "black_list",
            "block",
            "On the black list",
            False,
        )


def test_a_certificate_that_runs_out_reminds_ahead_and_then_blocks(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        sites.get_site(session, club.site_id).certificate_required = True
        last_day = local_day(session.now, ROME) + timedelta(days=3)
        standing.set_certificate(session, club.actor, member_id, last_day)
        flags = flags_of(session, member_id)
        reminder, block = flags["certificate message"], flags["certificate block"]
        assert reminder.text == f"The medical certificate is good until {Words('en').day(last_day)}"
        assert reminder.standing.is_on(session.now)
        assert not block.standing.is_on(session.now)
        assert block.starts_at == reminder.ends_at
        standing.set_certificate(session, club.actor, member_id, None)
        (missing,) = flags_of(session, member_id).values()
        assert (missing.effect, missing.text) == ("block", "Medical certificate is missing")
