"""Cards about contracts that end, with a debt or without, and about those that are not paid."""

from datetime import timedelta

from cloud.billing import instalments
from cloud.contracts import course, prolonging, service
from cloud.tasks import closing
from cloud.tasks.closing import Closing
from tests.card_rules import RuleClub


def test_a_contract_that_ends_tomorrow_gets_one_card(club: RuleClub) -> None:
    """Feature 153."""
    club.turn_on("contract_ending", text="{plan} ends on {day}: offer a renewal")
    tomorrow = club.sell(club.add_member(), days=1)
    club.sell(club.add_member(), days=2)
    club.sell(club.add_member(), days=1, kind="recurring")
    for _ in range(3):
        club.run()
    (card,) = club.cards()
    assert (card.subject, card.ended_at) == (tomorrow, None)
    task = club.task(card)
    assert task.text == "Year ends on 3/17/26: offer a renewal"
    assert (task.next_step, task.complete_by, task.created_by) == ("call", club.today + timedelta(days=1), None)
    club.wait(days=1)
    club.run()
    assert len(club.cards()) == 2


def test_the_card_closes_itself_when_the_contract_is_renewed(club: RuleClub) -> None:
    """Feature 153."""
    club.turn_on("contract_ending")
    member_id = club.add_member()
    club.sell(member_id, days=1)
    club.run()
    club.wait(hours=1)
    club.sell(member_id, days=365)
    (card,) = club.cards()
    assert (card.end_reason, card.ended_at, club.task(card).closed_at) == ("renewed", club.now, club.now)
    assert club.lines(card) == [("created", None), ("ended", "renewed")]


def test_the_card_closes_itself_when_a_recurring_contract_goes_on_beyond_the_end(club: RuleClub) -> None:
    """Feature 153."""
    club.turn_on("contract_ending")
    member_id = club.add_member()
    recurring = club.sell(member_id, days=0, kind="recurring")
    club.sell(member_id, days=1)
    club.run()
    with club.database.transaction() as session:
        contract = service.get(session, recurring)
        contract.is_renewing, contract.length, contract.length_unit = True, 1, "months"
        prolonging.prolong(session, [(contract, club.today)])
    assert [card.end_reason for card in club.cards()] == ["renewed"]


def test_an_extended_contract_ends_its_card_and_gets_another_before_its_new_end(club: RuleClub) -> None:
    """Feature 153."""
    club.turn_on("contract_ending")
    contract_id = club.sell(club.add_member(), days=1)
    club.run()
    with club.database.transaction() as session:
        course.extend(session, club.club.actor, contract_id, club.today + timedelta(days=9), "ill")
    assert [card.end_reason for card in club.cards()] == ["contract_changed"]
    club.wait(days=8)
    club.run()
    assert [card.end_reason for card in club.cards()] == ["contract_changed", None]


def test_what_ended_while_the_service_was_down_is_caught_up_for_a_week(club: RuleClub) -> None:
    """Feature 153."""
    club.turn_on("contract_ending")
    recent = club.sell(club.add_member(), days=1)
    club.wait(days=8)
    long_ago = club.sell(club.add_member(), days=-8)
    club.run()
    assert [card.subject for card in club.cards()] == [recent]
    assert long_ago != recent


def test_a_card_that_staff_have_closed_does_not_come_again(club: RuleClub) -> None:
    club.turn_on("contract_ending")
    club.sell(club.add_member(), days=1)
    club.run()
    (card,) = club.cards()
    with club.database.transaction() as session:
        closing.close(session, club.club.actor, card.task_id, Closing(outcome_id=None, result="Will think"))
    club.wait(days=1)
    club.run()
    assert [(one.id, one.end_reason) for one in club.cards()] == [(card.id, "by_hand")]
    assert [kind for kind, _ in club.lines(card)] == ["created", "closed"]


def test_a_debt_on_a_recurring_contract_that_ends_in_ten_days_gets_a_card_until_it_is_paid(club: RuleClub) -> None:
    """Feature 154."""
    club.turn_on("debt_before_end", text="Owes {amount} on {plan}")
    ends, clean, later = (club.sell(club.add_member(), days=days, kind="recurring") for days in (10, 10, 11))
    debt = club.owe(ends)
    club.owe(clean, due_in_days=3)
    club.owe(later)
    club.owe(club.sell(club.add_member(), days=10))
    club.run()
    (card,) = club.cards()
    assert (card.subject, club.task(card).text) == (ends, "Owes €49.00 on Year")
    club.charge(debt, is_paid=True)
    (card,) = club.cards()
    assert (card.end_reason, club.lines(card)[-1]) == ("paid", ("ended", "paid"))


def test_a_new_contract_that_is_not_paid_gets_a_card_after_fifteen_minutes(club: RuleClub) -> None:
    """Feature 156."""
    club.turn_on("contract_unpaid")
    unpaid = club.sell(club.add_member(), days=300)
    debt = club.owe(unpaid)
    paid = club.sell(club.add_member(), days=300)
    club.charge(club.owe(paid), is_paid=True)
    club.owe(paid)
    club.sell(club.add_member(), days=300)
    club.wait(minutes=14, seconds=59)
    club.run()
    assert club.cards() == []
    club.wait(seconds=1)
    club.run()
    (card,) = club.cards()
    assert card.subject == unpaid
    club.charge(debt, is_paid=True)
    assert [one.end_reason for one in club.cards()] == ["paid"]


def test_a_contract_that_is_called_off_ends_the_card_about_its_payment(club: RuleClub) -> None:
    """Feature 156."""
    club.turn_on("contract_unpaid", amount=0)
    contract_id = club.sell(club.add_member(), days=300)
    club.owe(contract_id)
    club.run()
    with club.database.transaction() as session:
        instalments.cancel_due_after(session, contract_id, club.today - timedelta(days=1))
    assert [card.end_reason for card in club.cards()] == ["cancelled"]


def test_a_renewal_by_sale_is_known_by_the_contract_that_it_follows(club: RuleClub) -> None:
    """Feature 153."""
    club.turn_on("contract_ending")
    contract_id = club.sell(club.add_member(), days=1)
    club.run()
    with club.database.transaction() as session:
        old = service.get(session, contract_id)
        details = service.ContractDetails(plan_name="Trial", starts_on=club.today, ends_on=old.ends_on)
        service.create(session, club.club.actor, old.member_id, details, service.Origin(renews_id=contract_id))
    assert [card.end_reason for card in club.cards() if card.subject == contract_id] == ["renewed"]
