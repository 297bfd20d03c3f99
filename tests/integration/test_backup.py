"""A backup is made while the service works, and comes back as it was, on both databases; gateways are not confused."""

import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, select, text

from cloud import bus
from cloud.backup.errors import BackupError
from cloud.backup.restoring import Restored, restore
from cloud.backup.saving import save
from cloud.database import Database
from cloud.desired_state import service as desired_state
from cloud.desired_state.restored import SKIPPED
from cloud.members.models import Member
from tests.club import SECRET, Club, gateway_of


class Stand:
    """A club whose database is opened anew after each restore."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self._text = url
        self.database = Database(url, dispatch=bus.dispatch)
        self.club = Club.found(self.database)

    def restore(self, path: Path, *, may_replace: bool = True, secret: bytes = SECRET) -> Restored:
        self.database.close()
        restored = restore(path, self.url, secret, may_replace=may_replace)
        self.database = Database(self._text, dispatch=bus.dispatch)
        self.club = Club(self.database, self.club.site_id, self.club.actor)
        return restored

    def add(self, name: str) -> str:
        with self.database.transaction() as session:
            return self.club.add_member(session, name)

    def names(self) -> set[str]:
        with self.database.session() as session:
            return set(session.scalars(select(Member.first_name)))


@pytest.fixture
def stand(database_url: str) -> Iterator[Stand]:
    stand = Stand(database_url)
    yield stand
    stand.database.close()


def test_a_backup_comes_back_as_it_was(stand: Stand, tmp_path: Path) -> None:
    stand.add("Before")
    saved = save(stand.url, tmp_path / "club.backup", may_replace=False)
    assert saved.size_bytes == saved.path.stat().st_size > 1000
    assert saved.path.stat().st_mode & 0o777 == 0o600
    stand.add("After")
    restored = stand.restore(saved.path)
    assert (restored.sites, restored.members, restored.broken_audit_seq) == (1, 1, None)
    assert stand.names() == {"Before"}
    stand.add("Anew")
    assert stand.names() == {"Before", "Anew"}
    assert {path.name for path in tmp_path.iterdir()} <= {
        "club.backup",
        "tornello.db",
        "tornello.db-shm",
        "tornello.db-wal",
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_backup_is_not_restored_beside_what_a_power_cut_left_of_another_database(
    stand: Stand, tmp_path: Path
) -> None:
    stand.add("Before")
    saved = save(stand.url, tmp_path / "club.backup", may_replace=False)
    for number in range(20):
        stand.add(f"Later {number}")
    target = tmp_path / "crashed" / "tornello.db"
    target.parent.mkdir()
    shutil.copy(f"{stand.url.database}-wal", f"{target}-wal")  # what is in no other file yet, when the power goes
    url = stand.url.set(database=str(target))
    with pytest.raises(BackupError, match=r"tornello\.db-wal is left"):
        restore(saved.path, url, SECRET, may_replace=False)
    assert not target.exists()


def test_a_backup_of_a_working_service_is_one_moment(stand: Stand, tmp_path: Path) -> None:
    is_done = threading.Event()
    added: list[str] = []

    def work() -> None:
        while not is_done.is_set():
            with stand.database.transaction() as session:
                stand.club.block(session, stand.club.add_member(session, f"M{len(added)}"))
            added.append(f"M{len(added)}")

    worker = threading.Thread(target=work)
    worker.start()
    try:
        while len(added) < 5:
            is_done.wait(0.01)
        saved = save(stand.url, tmp_path / "club.backup", may_replace=False)
    finally:
        is_done.set()
        worker.join(30)
    restored = stand.restore(saved.path)
    assert 5 <= restored.members <= len(added)
    assert stand.names() == {f"M{number}" for number in range(restored.members)}
    with stand.database.session() as session:
        flags = session.execute(text("SELECT count(*) FROM flag")).scalar_one()
    assert (flags, restored.broken_audit_seq) == (restored.members, None)


def test_a_club_is_not_overwritten_unless_it_is_asked_for(stand: Stand, tmp_path: Path) -> None:
    saved = save(stand.url, tmp_path / "club.backup", may_replace=False)
    stand.add("Precious")
    with pytest.raises(BackupError, match="--force"):
        stand.restore(saved.path, may_replace=False)
    with pytest.raises(BackupError, match="--force"):
        save(stand.url, saved.path, may_replace=False)
    assert stand.names() == {"Precious"}


def test_a_database_in_use_is_left_alone(stand: Stand, tmp_path: Path) -> None:
    saved = save(stand.url, tmp_path / "club.backup", may_replace=False)
    other = Database(stand.url.render_as_string(hide_password=False), dispatch=bus.dispatch)
    try:
        with other.session() as session:
            session.execute(text("SELECT 1 FROM site")).all()
            with pytest.raises(BackupError, match="stop the service first"):
                stand.restore(saved.path)
    finally:
        other.close()


@pytest.mark.parametrize(
    "content", [b"", b"not a backup", b"SQLite format 3\x00" + b"\xff" * 5000, b"PGDMP" + b"\xff" * 50]
)
def test_what_is_no_backup_changes_nothing(stand: Stand, tmp_path: Path, content: bytes) -> None:
    stand.add("Precious")
    (tmp_path / "false").write_bytes(content)
    with pytest.raises(BackupError):
        stand.restore(tmp_path / "false")
    assert stand.names() == {"Precious"}


def test_a_backup_of_another_secret_is_refused_and_the_club_is_as_it_was(stand: Stand, tmp_path: Path) -> None:
    saved = save(stand.url, tmp_path / "club.backup", may_replace=False)
    stand.add("Precious")
    with pytest.raises(BackupError, match="another secret"):
        stand.restore(saved.path, secret=b"x" * 32)
    assert stand.names() == {"Precious"}


def test_a_backup_of_a_newer_program_is_refused_and_the_club_is_as_it_was(stand: Stand, tmp_path: Path) -> None:
    with stand.database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    saved = save(stand.url, tmp_path / "club.backup", may_replace=False)
    stand.add("Precious")
    with pytest.raises(BackupError, match="9999"):
        stand.restore(saved.path)
    assert stand.names() == {"Precious"}


def test_a_gateway_is_not_believed_to_obey_what_it_never_heard_of(stand: Stand, tmp_path: Path) -> None:
    gateway_id = stand.club.add_gateway(stand.club.add_lane())
    member_id = stand.add("Anna")
    saved = save(stand.url, tmp_path / "club.backup", may_replace=False)
    for name in ("Lost", "Too"):
        stand.add(name)
    lost = _head(stand)
    stand.restore(saved.path)
    assert _head(stand) == lost - 2 + SKIPPED
    with stand.database.transaction() as session:
        flag_id = stand.club.block(session, member_id)
    assert _report(stand, gateway_id, flag_id, lost) == "pending"
    assert _report(stand, gateway_id, flag_id, _head(stand)) == "in_force"
    with stand.database.session() as session:
        assert desired_state.delta_since(session, stand.club.site_id, lost) is None, "it gets the whole"


def _head(stand: Stand) -> int:
    with stand.database.session() as session:
        return desired_state.head(session, stand.club.site_id).revision


def _report(stand: Stand, gateway_id: str, flag_id: str, revision: int) -> str:
    with stand.database.transaction() as session:
        at = session.now + timedelta(seconds=1)
        desired_state.record_report(session, gateway_of(session, gateway_id), revision, b"", applied_at=at)
    with stand.database.session() as session:
        (proof,) = desired_state.flag_proof(session, flag_id)
    return proof.state
