"""The pages and forms of plans, contracts, payments and balances, without a browser.

Features 158, 194.
"""

import re

import httpx
import pytest

from cloud.staff.service import find_signed_in
from tests.integration.club import Club, add_member, day

PLAN = {
    "name": "Ten visits",
    "kind": "visit_pack",
    "price": "90,00",
    "currency": "EUR",
    "length": "3",
    "length_unit": "months",
    "visits_total": "10",
    "instalments_count": "2",
    "prepayment": "10",
    "is_offered": "on",
}


class Desk:
    """A member of staff at the pages, with the token of their session in every form."""

    def __init__(self, club: Club, role: str) -> None:
        club.hire(role)
        self.browser = club.browser(role)
        with club.database.session() as session:
            signed_in = find_signed_in(session, self.browser.cookies["tornello_session"], request_id="")
        assert signed_in is not None
        self._token = signed_in.csrf_token

    def see(self, address: str) -> str:
        answer = self.browser.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, address: str, **fields: str) -> httpx.Response:
        return self.browser.post(address, data={"csrf_token": self._token} | fields)


@pytest.fixture
def desk(club: Club) -> Desk:
    return Desk(club, "manager")


def sold(club: Club, desk: Desk) -> tuple[str, str]:
    """Add the plan and sell it: the member card's address, and the contract's."""
    assert desk.send(f"/sites/{club.site_id}/plans", **PLAN).status_code == 303
    member = f"/members/{add_member(club, club.client('administrator'))['id']}"
    form = desk.see(f"{member}/sales/new")
    plan_id = re.findall(r'value="(pln_\w+)"', form)[0]
    assert "Ten visits · €90.00 · Visit pack" in form
    assert desk.send(f"{member}/sales", plan_id=plan_id, starts_on=day(0)).status_code == 303
    return member, "/contracts/" + re.findall(r"ctr_\w+", desk.see(member))[0]


def test_a_plan_is_added_shown_and_changed_and_what_is_wrong_is_said_beside_its_field(club: Club, desk: Desk) -> None:
    assert "Plans are what the club sells" in desk.see("/plans")
    wrong = desk.send(f"/sites/{club.site_id}/plans", **(PLAN | {"price": "much", "visits_total": ""}))
    assert (wrong.status_code, "Write an amount like 49.90." in wrong.text) == (422, True)
    assert desk.send(f"/sites/{club.site_id}/plans", **(PLAN | {"visits_total": ""})).status_code == 422
    assert desk.send(f"/sites/{club.site_id}/plans", **PLAN).status_code == 303
    listed = desk.see(f"/plans?site={club.site_id}")
    assert "€90.00" in listed
    plan = re.findall(r"/plans/pln_\w+", listed)[0]
    assert 'value="90.00"' in desk.see(plan)
    fields = {name: value for name, value in PLAN.items() if name != "is_offered"}
    assert desk.send(plan, **(fields | {"price": "95.50"})).status_code == 303
    assert "not on offer" in desk.see("/plans")


def test_a_sold_contract_shows_its_balance_and_what_is_owed_and_is_paid_and_taken_back(club: Club, desk: Desk) -> None:
    member, contract = sold(club, desk)
    card = desk.see(member)
    assert "10 of 10 left" in card
    assert "Not used yet" in card
    assert "€10.00" in card
    due = re.findall(r"/instalments/ins_\w+/payment", card)[0]
    request_id = re.findall(r'value="(req_\w+)"', desk.see(due))[0]
    for _ in range(2):
        desk.send(due, amount="4,00", method="cash", reference="77", request_id=request_id)
    assert "€6.00 of it open" in desk.see(member)
    refused = desk.send(due, amount="4", method="card", reference="4111 1111 1111 1111", request_id="x")
    assert "it is not kept" in refused.text
    assert "This is more than is due." in desk.send(due, amount="60", method="cash", request_id="y").text
    assert desk.send(due, amount="6", method="cash", request_id="z").status_code == 303
    back = re.findall(r"/charges/chg_\w+/reversal", desk.see(member))[0]
    assert "due again" in desk.see(back)
    assert desk.send(back, reason="").status_code == 422
    assert desk.send(back, reason="wrong member").status_code == 303
    put_off = due.replace("payment", "due-date")
    assert desk.send(put_off, due_on=day(9)).status_code == 303
    assert day(9) in desk.see(put_off)
    assert contract in desk.see(member)


def test_a_contract_is_frozen_thawed_extended_ended_and_renewed_from_the_card(club: Club, desk: Desk) -> None:
    member, contract = sold(club, desk)
    assert day(0) in desk.see(f"{contract}/freezes/new")
    late = desk.send(f"{contract}/freezes", starts_on=day(5), ends_on=day(4))
    assert "The freeze ends before it starts." in late.text
    frozen = desk.send(f"{contract}/freezes", starts_on=day(5), ends_on=day(9), reason="holiday", is_prolonging="on")
    assert frozen.status_code == 303
    lift = re.findall(rf"{contract}/freezes/\d+/lift", desk.see(member))[0]
    assert "It ends today." in desk.see(lift)
    assert desk.send(lift).status_code == 303
    desk.see(f"{contract}/extension")
    assert "within ten years" in desk.send(f"{contract}/extension", ends_on=day(1), reason="gift").text
    assert desk.send(f"{contract}/extension", ends_on=day(200), reason="gift").status_code == 303
    form = desk.see(f"{member}/sales/new?renews={contract.removeprefix('/contracts/')}")
    assert day(201) in form
    plan_id = re.findall(r'value="(pln_\w+)" selected', form)[0]
    renewal = {"plan_id": plan_id, "renews_id": contract.removeprefix("/contracts/"), "starts_on": day(201)}
    assert desk.send(f"{member}/sales", **renewal).status_code == 303
    assert "Renewed by" in desk.see(member)
    assert "It was renewed already." in desk.send(f"{member}/sales", **renewal).text
    assert "asked for no more" in desk.see(f"{contract}/end")
    assert desk.send(f"{contract}/end", ends_on=day(0), reason="moved").status_code == 303


def test_figures_and_debts_open_their_people(club: Club, desk: Desk) -> None:
    """Features 20 to 25 and 222."""
    sold(club, desk)
    assert "Anna Rossi" in desk.see("/balances?figure=available&lessons=10")
    assert "Anna Rossi" not in desk.see("/balances?figure=available&lessons=9")
    assert "Nobody." in desk.see("/balances?figure=unused&lessons=1")
    assert "1 member owes" in desk.see("/debts")


def test_a_contract_and_a_plan_lead_to_their_history_whoever_may_read_the_log(club: Club, desk: Desk) -> None:
    member, contract = sold(club, desk)
    contract_id = contract.rpartition("/")[2]
    (plan,) = set(re.findall(r"pln_\w+", desk.see("/plans")))
    of_contract = f"/settings/audit?about=contract&amp;entity={contract_id}"
    of_plan = f"/settings/audit?about=plan&amp;entity={plan}"
    assert of_contract in desk.see(member)
    assert of_plan in desk.see("/plans")
    assert of_plan in desk.see(f"/plans/{plan}")
    assert "contract.create" in desk.see(of_contract.replace("&amp;", "&"))
    assert "plan.create" in desk.see(of_plan.replace("&amp;", "&"))
    reception = Desk(club, "receptionist")
    assert of_contract not in reception.see(member)
    assert of_plan not in reception.see("/plans")


def test_the_desk_sells_plans_and_takes_payments_but_changes_no_terms(club: Club, desk: Desk) -> None:
    member, contract = sold(club, desk)
    reception = Desk(club, "receptionist")
    card = reception.see(member)
    assert "Sell a plan" in card
    assert "Take the payment" in card
    assert "Own terms" not in card
    assert reception.browser.get(f"{contract}/end").status_code == 403
    assert reception.browser.get(f"/plans/new?site={club.site_id}").status_code == 403
