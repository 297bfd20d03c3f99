"""Files of members on both databases: who brings in the same people at once adds each of them once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from cloud.database import Database
from cloud.errors import ConflictError
from cloud.member_import import service
from cloud.member_import.models import ImportedLot
from cloud.member_import.service import LOT_ROWS, Order
from cloud.members.models import Member
from tests.club import Club

ROWS = 2 * LOT_ROWS + 1


def test_two_desks_with_the_same_people_in_two_files_add_each_once(database: Database) -> None:
    club, start = Club.found(database), Barrier(2)
    lines = "".join(f"Anna {number},+39 333 {1000000 + number},tag {number}\n" for number in range(ROWS))
    content = f"name,phone,tags\n{lines}".encode()

    def send(told: dict[str, str]) -> int:
        order = Order(site_id=club.site_id, content=content, told=told)
        start.wait(10)
        return service.run(database, club.actor, order, is_trial=False, pause=lambda _: None).count("added")

    with ThreadPoolExecutor(2) as pool:
        added = [future.result() for future in [pool.submit(send, {}), pool.submit(send, {"tags": ""})]]
    assert sum(added) == ROWS
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(Member)) == ROWS
        assert session.scalar(select(func.count()).select_from(ImportedLot)) == 0


def test_two_clicks_on_one_file_of_people_without_an_address_add_nobody_of_a_later_lot_twice(
    database: Database,
) -> None:
    club, start = Club.found(database), Barrier(2)
    content = ("name\n" + "".join(f"Anna {number}\n" for number in range(ROWS))).encode()
    order = Order(site_id=club.site_id, content=content, told={})

    def send() -> bool:
        start.wait(10)
        try:
            service.run(database, club.actor, order, is_trial=False, pause=lambda _: None)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = [future.result() for future in [pool.submit(send), pool.submit(send)]]
    assert any(done)
    with database.session() as session:
        names = session.scalars(select(Member.first_name)).all()
        assert len(set(names)) == ROWS
        assert len(names) == ROWS * sum(done)
