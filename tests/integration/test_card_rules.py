"""Rules of cards on SQLite and PostgreSQL: workers at once, and queries that go by an index."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, insert, text

from cloud.billing.models import Charge, Instalment
from cloud.card_rules import keeping, rules, running
from cloud.card_rules.causes import Scope
from cloud.card_rules.models import LastActivity
from cloud.card_rules.policy import KINDS, RuleKey
from cloud.card_rules.registry import FINDERS
from cloud.contracts.models import Contract
from cloud.database import Database
from cloud.members.models import Member
from tests.card_rules import RuleClub

NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
PEOPLE = 3000
TABLES = "(?:contract|instalment|charge|last_activity|member|card)"


@pytest.fixture
def club(database: Database) -> RuleClub:
    return RuleClub(database, [datetime.now(UTC)])


def test_workers_at_once_begin_one_card_for_each_cause(club: RuleClub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Feature 153."""
    club.turn_on("contract_ending")
    subjects = {club.sell(club.add_member(), days=1) for _ in range(12)}
    monkeypatch.setattr(running, "AT_ONCE", 3)
    start = Barrier(4)

    def work() -> None:
        start.wait()
        list(keeping.run_due(club.database))

    with ThreadPoolExecutor(4) as pool:
        for worker in [pool.submit(work) for _ in range(4)]:
            worker.result()
    cards = club.cards()
    assert len(cards) == 12
    assert {card.subject for card in cards} == subjects
    assert len({card.task_id for card in cards}) == 12


@pytest.mark.parametrize("key", list(FINDERS))
def test_each_rule_looks_by_an_index(club: RuleClub, key: RuleKey) -> None:
    """Features 153, 154, 155, 156, 226."""
    _fill(club)
    plans = _plans_of(club, key)
    assert plans, "the rule asks something"
    for plan in plans:
        assert not re.search(rf"(?:^SCAN|Seq Scan on) {TABLES}\b", plan, re.MULTILINE), plan


def _plans_of(club: RuleClub, key: RuleKey) -> list[str]:
    """How the database goes about each query of the rule."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    scope = Scope(club.club.site_id, ZoneInfo("Europe/Rome"), NOW)
    settings = rules.RuleSettings(amount=KINDS[key].usual)
    event.listen(club.database.engine, "before_cursor_execute", note)
    with club.database.session() as session:
        FINDERS[key](session, scope, settings, after=None, limit=100)
    event.remove(club.database.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if club.database.engine.dialect.name == "sqlite" else "EXPLAIN "
    with club.database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":  # so few rows are quicker read than looked up: can they be?
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        return [
            "\n".join(str(row[-1]) for row in connection.exec_driver_sql(explain + statement, parameters))
            for statement, parameters in asked
            if statement.lstrip().startswith("SELECT") and "card_rule" not in statement
        ]


def _fill(club: RuleClub) -> None:
    """Enough rows that a database would rather not read them all."""
    site_id = club.club.site_id
    with club.database.transaction() as session:
        session.execute(insert(Member), [_member(number, site_id) for number in range(PEOPLE)])
        session.execute(insert(Contract), [_contract(number) for number in range(PEOPLE)])
        session.execute(insert(Instalment), [_instalment(number) for number in range(PEOPLE)])
        session.execute(insert(Charge), [_charge(number, club.club.actor.id) for number in range(PEOPLE)])
        active = [{"member_id": f"mem_{number}", "active_at": _at(number)} for number in range(PEOPLE)]
        session.execute(insert(LastActivity), active)
    with club.database.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()


def _at(number: int) -> datetime:
    """Six of them in an hour, the last one now."""
    return NOW - timedelta(minutes=10 * (PEOPLE - number))


def _member(number: int, site_id: str) -> dict[str, Any]:
    names = {"first_name": "A", "last_name": "", "sort_name": "a", "search_text": "a", "card_numbers": "", "note": ""}
    row = {"id": f"mem_{number}", "site_id": site_id, "locale": "en", "created_at": NOW, "changed_at": NOW}
    return names | row


def _contract(number: int) -> dict[str, Any]:
    day = date(2025, 1, 1) + timedelta(days=number % 800)
    days = {"starts_on": date(2024, 1, 1), "ends_on": day, "fee_until": day, "use_until": day}
    terms = {"grace_days": 0, "extra_expiry_days": 0, "visits_used": 0, "price_minor": 100, "currency": "EUR"}
    row = {"id": f"ctr_{number}", "member_id": f"mem_{number}", "plan_name": "Year", "block_after_days": 7}
    kind = {"kind": "recurring" if number % 2 else "fixed_term", "is_renewing": False}
    return days | terms | row | kind | {"created_at": _at(number), "changed_at": NOW}


def _instalment(number: int) -> dict[str, Any]:
    row = {"id": f"ins_{number}", "contract_id": f"ctr_{number}", "member_id": f"mem_{number}", "currency": "EUR"}
    money = {"amount_minor": 100, "paid_minor": 0, "due_on": date(2026, 3, 1), "block_after_days": 7}
    return row | money | {"created_at": NOW}


def _charge(number: int, staff_id: str) -> dict[str, Any]:
    row = {"id": f"chg_{number}", "instalment_id": f"ins_{number}", "amount_minor": 100, "method": "provider"}
    words = {"failure": "", "reference": "", "reversal_reason": "", "idempotency_key": str(number)}
    outcome = {"outcome": "failed" if number % 50 == 0 else "succeeded", "recorded_at": _at(number)}
    return row | words | outcome | {"recorded_by": staff_id}
