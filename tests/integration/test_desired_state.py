"""Transactions that run side by side: revisions without gaps, a digest that fits, and nobody's change lost."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from cloud.credentials import service as credentials
from cloud.credentials.service import CardSpec
from cloud.database import Database
from cloud.desired_state import service
from cloud.desired_state.models import DesiredRow
from cloud.members import service as members
from sync_protocol.digest import Digest
from sync_protocol.state_rows import EntitlementRow, FlagRow, parse_row
from tests.club import Club

THREADS = 4
CHANGES = 12


def test_changes_of_the_same_member_by_several_at_once_are_all_in_the_state(database: Database) -> None:
    club = Club.found(database)
    with database.transaction() as session:
        member_id = club.add_member(session, card=1)

    def work(thread: int) -> None:
        for number in range(CHANGES):
            with database.transaction() as session:
                match thread:
                    case 0:
                        members.change(session, club.actor, member_id, {"first_name": f"Anna {number}"})
                    case 1:
                        club.block(session, member_id)
                    case 2:
                        card = CardSpec(card_number=100 + number)
                        credentials.issue(session, club.actor, member_id, card)
                    case _:
                        club.add_contract(session, member_id)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))
    with database.session() as session:
        rows = session.scalars(select(DesiredRow).where(DesiredRow.is_deleted.is_(False))).all()
        head = service.head(session, club.site_id)
    digest = Digest()
    for row in rows:
        digest.add(row.key, row.body)
    parsed = [parse_row(row.body) for row in rows]
    (entitlement,) = [row for row in parsed if isinstance(row, EntitlementRow)]
    assert head.digest_root == digest.root()
    assert head.revision == 2 + THREADS * CHANGES
    assert entitlement.display_name == f"Anna {CHANGES - 1}"
    assert len(entitlement.windows) == CHANGES
    assert sum(isinstance(row, FlagRow) for row in parsed) == CHANGES
    assert sum(row.key.startswith("credential/") for row in rows) == CHANGES + 1
