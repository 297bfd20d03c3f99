"""Cards about charges that failed."""

from tests.card_rules import RuleClub


def test_a_failed_charge_of_a_recurring_contract_gets_a_card_on_its_day(club: RuleClub) -> None:
    """Feature 155."""
    club.turn_on("charge_failed", text="{amount} of {plan}, due on {day}, could not be collected", language="it")
    recurring = club.owe(club.sell(club.add_member(), days=100, kind="recurring"))
    club.charge(recurring, is_paid=False)
    club.charge(club.owe(club.sell(club.add_member(), days=100)), is_paid=False)
    club.run()
    club.run()
    (card,) = club.cards()
    assert card.subject == recurring
    assert club.task(card).text == "49,00\xa0€ of Year, due on 16/03/26, could not be collected"


def test_a_second_failure_is_said_in_the_history_of_the_open_card(club: RuleClub) -> None:
    """Feature 155."""
    club.turn_on("charge_failed")
    debt = club.owe(club.sell(club.add_member(), days=100, kind="recurring"))
    club.charge(debt, is_paid=False)
    club.run()
    club.wait(days=1)
    club.charge(debt, is_paid=False)
    club.run()
    first, second = club.cards()
    assert first.task_id == second.task_id
    club.charge(debt, is_paid=True)
    assert [card.end_reason for card in club.cards()] == ["paid", "paid"]
    assert club.lines(first) == [("created", None), ("again", "charge_failed"), ("ended", "paid")]


def test_a_charge_that_succeeds_within_the_waiting_time_gets_no_card(club: RuleClub) -> None:
    """Feature 155."""
    club.turn_on("charge_failed", amount=60)
    debt = club.owe(club.sell(club.add_member(), days=100, kind="recurring"))
    club.charge(debt, is_paid=False)
    club.wait(minutes=59)
    club.run()
    club.charge(debt, is_paid=True)
    club.wait(minutes=1)
    club.run()
    assert club.cards() == []
