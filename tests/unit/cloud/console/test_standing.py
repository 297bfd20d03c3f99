"""The coloured sentence on the member card."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cloud.console.standing import Person, Standing, StandingFlag, judge
from cloud.console.words import Words
from cloud.contracts.policy import DaySpan, Terms

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RUNNING = Terms(starts_on=date(2026, 6, 1), ends_on=date(2026, 12, 12))


def judged(
    *contracts: Terms, flags: tuple[StandingFlag, ...] = (), has_card: bool = True, role: str = "member"
) -> Standing:
    return judge(Person(has_card, role), contracts, flags, now=NOW, zone=ROME, words=Words("en"))


def test_a_running_contract_is_good_until_its_last_day() -> None:
    assert judged(RUNNING) == Standing("good", "May enter until 12 Dec 2026")


def test_visits_left_are_counted_over_all_usable_contracts() -> None:
    ten = Terms(starts_on=date(2026, 6, 1), ends_on=date(2026, 12, 12), visits_total=10, visits_used=9)
    assert judged(ten).sentence == "May enter until 12 Dec 2026; 1 visit left"
    assert judged(ten, ten).sentence.endswith("; 2 visits left")


def test_one_contract_without_a_limit_makes_the_visits_of_the_others_irrelevant() -> None:
    ten = Terms(starts_on=date(2026, 6, 1), ends_on=date(2026, 12, 12), visits_total=10)
    assert judged(ten, RUNNING).sentence == "May enter until 12 Dec 2026"


def test_grace_days_let_in_and_say_that_the_contract_is_over() -> None:
    ended = Terms(starts_on=date(2026, 6, 1), ends_on=date(2026, 11, 20), grace_days=3)
    assert judged(ended) == Standing("warn", "May enter until 23 Nov 2026; the contract itself is over")


def test_a_block_beats_everything_and_tells_its_text() -> None:
    block = StandingFlag("block", "manual", "See Anna")
    assert judged(flags=(block,)) == Standing("bad", "Blocked at the turnstile: See Anna")
    assert judged(RUNNING, flags=(StandingFlag("block", "manual", ""),)).sentence == "Blocked at the turnstile"


def test_a_block_that_has_not_begun_or_is_over_does_not_count() -> None:
    later = StandingFlag("block", "dues", "dues", starts_at=NOW + timedelta(seconds=1))
    over = StandingFlag("block", "manual", "old", ends_at=NOW)
    assert judged(RUNNING, flags=(later, over)).tone == "good"


def test_messages_and_dues_and_a_missing_card_are_named() -> None:
    flags = (StandingFlag("message", "manual", "Hello"), StandingFlag("message", "dues", "dues"))
    standing = judged(RUNNING, flags=flags, has_card=False)
    assert standing.tone == "warn"
    assert standing.sentence == (
        "May enter until 12 Dec 2026; but there is no active card; dues are unpaid; message waiting at the gate"
    )


def test_each_refusal_says_why_and_from_when_it_ends() -> None:
    frozen = Terms(
        starts_on=date(2026, 6, 1),
        ends_on=date(2027, 6, 1),
        freezes=(DaySpan(date(2026, 7, 1), date(2026, 7, 31)), DaySpan(date(2026, 11, 20), date(2026, 12, 4))),
    )
    upcoming = Terms(starts_on=date(2026, 12, 1), ends_on=date(2027, 12, 1))
    used_up = Terms(starts_on=date(2026, 6, 1), ends_on=date(2027, 6, 1), visits_total=1, visits_used=1)
    expired = Terms(starts_on=date(2025, 6, 1), ends_on=date(2026, 11, 20))
    assert judged(frozen).sentence == "May not enter before 5 Dec 2026: the contract is frozen"
    assert judged(upcoming).sentence == "May not enter before 1 Dec 2026: the contract has not begun"
    assert judged(used_up).sentence == "May not enter: no visits left"
    assert judged(expired).sentence == "May not enter: the contract ended on 20 Nov 2026"
    assert judged().sentence == "May not enter: no contract"
    assert {judged(terms).tone for terms in (frozen, upcoming, used_up, expired)} == {"bad"}


def test_what_the_gate_refuses_now_comes_before_what_it_lets_in_later() -> None:
    person = Person(has_card=True, refusal="not_permitted_at_this_time")
    standing = judge(person, [RUNNING], [], now=NOW, zone=ROME, words=Words("en"))
    assert standing == Standing("bad", "The gate refuses now: Outside of their hours; May enter until 12 Dec 2026")


def test_the_day_is_the_clubs_day() -> None:
    tokyo, evening = ZoneInfo("Asia/Tokyo"), datetime(2026, 12, 12, 16, 0, tzinfo=UTC)
    standing = judge(Person(has_card=True), [RUNNING], [], now=evening, zone=tokyo, words=Words("en"))
    assert standing.sentence == "May not enter: the contract ended on 12 Dec 2026"


def test_staff_and_emergency_cards_need_no_contract_but_a_card_and_no_block() -> None:
    assert judged(role="staff") == Standing("good", "May enter without a contract: staff")
    assert judged(role="emergency").tone == "good"
    without = Standing("warn", "May enter without a contract: staff; but there is no active card")
    assert judged(role="staff", has_card=False) == without
    assert judged(role="staff", flags=(StandingFlag("block", "black_list", "No"),)).tone == "bad"
