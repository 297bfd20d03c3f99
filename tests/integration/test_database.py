"""What all databases promise to those who read, and what their errors keep to themselves."""

import pytest
from sqlalchemy.exc import IntegrityError

from cloud.database import Database
from cloud.desired_state import service as desired_state
from cloud.staff.models import Staff
from tests.club import Club


def test_a_reader_sees_one_moment_even_while_others_commit(database: Database) -> None:
    club = Club.found(database)
    with database.transaction() as session:
        member_id = club.add_member(session)
    with database.session() as reader:
        head = desired_state.head(reader, club.site_id)
        with database.transaction() as session:
            club.block(session, member_id)
        delta = desired_state.delta_since(reader, club.site_id, head.revision - 1)
    assert delta is not None
    assert (delta.to_revision, delta.digest_root) == (head.revision, head.digest_root)
    assert len(delta.upserts) == 1


def test_an_error_of_the_database_leaves_the_parameters_out(database: Database) -> None:
    def hire(staff_id: str) -> None:
        with database.transaction() as session:
            details = {"email": "anna@club.example", "name": "Anna", "locale": "it", "role": "manager"}
            session.add(
                Staff(id=staff_id, password_hash="$argon2id$secret", is_active=True, created_at=session.now, **details)
            )

    hire("stf_1")
    with pytest.raises(IntegrityError) as caught:
        hire("stf_2")
    assert "secret" not in str(caught.value)
