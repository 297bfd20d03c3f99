from typing import Any

from sqlalchemy import event

from cloud.billing import repository
from tests.club import Club


def test_what_a_member_has_not_paid_is_looked_up_by_the_member(club: Club) -> None:
    """Not among everything that is open: in a club of 100,000 that takes a hundred times as long."""
    said: list[tuple[str, Any]] = []
    engine = club.database.engine
    event.listen(engine, "before_cursor_execute", lambda *told: said.append((told[2], told[3])))
    with club.database.session() as session:
        repository.list_open(session, ["mem_1"])
        repository.count_open(session, ["ctr_1"])
        asked = [told for told in said if "FROM instalment" in told[0]]
        plans = [
            " ".join(row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))
            for statement, values in asked
        ]
    assert "ix_instalment_member_id_due_on" in plans[0]
    assert "ix_instalment_contract_id" in plans[1]
