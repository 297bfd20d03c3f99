"""The pages about staff, roles, keys, the audit log and personal data, without a browser."""

import re

import pytest
from sqlalchemy import delete, update

from cloud.audit.models import AuditEntry
from tests.authenticator import Authenticator
from tests.integration.club import PASSWORD, Club, add_member, make_settings
from tests.integration.test_contract_pages import Desk


def test_staff_are_hired_given_roles_and_let_go(club: Club) -> None:
    owner = Desk(club, "owner")
    person = {"name": "Rita", "email": "rita@club.test", "role": "sales", "locale": "it", "password": "a good password"}
    assert owner.send("/settings/staff", **person | {"password": "short"}).status_code == 422
    assert owner.send("/settings/staff", **person).status_code == 303
    page = owner.see("/settings/staff")
    assert "Rita" in page
    (rita,) = set(re.findall(r"/settings/staff/(stf_\w+)/roles", page)) - {_own_id(club, "owner@club.test")}
    assert owner.see(f"/settings/staff/{rita}/roles")
    assert owner.send(f"/settings/staff/{rita}/roles", role="manager").status_code == 303
    assert owner.send(f"/settings/staff/{rita}/leave").status_code == 303
    assert "Works here no more" in owner.see("/settings/staff")
    own = _own_id(club, "owner@club.test")
    assert "always an owner" in owner.send(f"/settings/staff/{own}/leave").text


def test_roles_are_edited_in_a_matrix(club: Club) -> None:
    owner = Desk(club, "owner")
    assert "Who may do what" in owner.see("/settings/roles")
    assert owner.see("/settings/roles/trainer")
    assert owner.send("/settings/roles/trainer", **{"may_access.read": "on"}).status_code == 303
    assert "edited" in owner.see("/settings/roles")
    assert owner.send("/settings/roles/owner").status_code == 422
    assert owner.send("/settings/roles/trainer/reset").status_code == 303


def test_a_key_is_shown_once_and_opens_the_api(club: Club) -> None:
    owner = Desk(club, "owner")
    assert owner.send("/settings/keys", name="Till", days="30").status_code == 422
    shown = owner.send("/settings/keys", name="Till", days="30", **{"may_members.read": "on"}).text
    text = re.search(r"tornello_[\w-]{43}", shown)
    assert text is not None
    bearer = {"Authorization": f"Bearer {text[0]}"}
    program = club.client()
    assert program.get("/api/v1/members", headers=bearer).status_code == 200
    assert program.get("/api/v1/audit-entries", headers=bearer).status_code == 403
    page = owner.see("/settings/keys")
    assert text[0] not in page
    (key_id,) = re.findall(r'href="/settings/keys/(key_\w+)/revoke"', page)
    assert owner.send(f"/settings/keys/{key_id}/revoke").status_code == 303
    assert program.get("/api/v1/members", headers=bearer).status_code == 401


def test_an_account_shows_its_sessions_and_turns_the_second_factor_on(club: Club) -> None:
    desk = Desk(club, "manager")
    assert "Where I am signed in" in desk.see("/account")
    wrong = desk.send("/account/password", old="wrong", password="a better password")
    assert "not your password" in wrong.text
    secret = desk.send("/account/second-factor").text
    assert re.search(r"<code[^>]*>[A-Z2-7]{32}</code>", secret)
    assert desk.send("/account/second-factor/confirm", code="000000").status_code == 422


@pytest.mark.parametrize("address", ["/account/password", "/account/second-factor/remove"])
def test_who_finds_a_console_open_cannot_guess_its_password_for_ever(club: Club, address: str) -> None:
    desk = Desk(club, "receptionist")
    refused = [desk.send(address, old=f"guess {n}", password=f"guess {n}").status_code for n in range(10)]
    assert 429 not in refused
    assert desk.send(address, old=PASSWORD, password=PASSWORD).status_code == 429


def test_the_log_and_a_person_are_shown_exported_and_erased(club: Club) -> None:
    member = add_member(club, club.client("administrator"), first_name="Ксения", last_name="Rossi")["id"]
    owner = Desk(club, "owner")
    assert "Ксения" in owner.see(f"/settings/audit?about=member&entity={member}")
    assert "Ксения" in owner.see(f"/members/{member}/personal-data")
    assert owner.send(f"/members/{member}/personal-data/zip").content.startswith(b"PK")
    assert owner.see(f"/members/{member}/erasure")
    assert owner.send(f"/members/{member}/erasure", typed_name="Rossi").status_code == 422
    assert owner.send(f"/members/{member}/erasure", typed_name="Ксения Rossi").status_code == 303
    assert "Ксения" not in owner.see(f"/settings/audit?about=member&entity={member}")


def test_the_log_is_shown_in_words_with_ways_to_it_and_checked_by_a_button(club: Club) -> None:
    member = add_member(club, club.client("administrator"), first_name="Anna")["id"]
    owner = Desk(club, "owner")
    way = f"/settings/audit?about=member&amp;entity={member}"
    assert way in owner.see(f"/members/{member}")
    assert way not in Desk(club, "receptionist").see(f"/members/{member}")
    history = owner.see(way.replace("&amp;", "&"))
    assert re.search(r"First name:</span>\s*<ins>Anna</ins>", history)
    assert ">Member</option>" in history
    assert f"about=staff&amp;entity={_own_id(club, 'owner@club.test')}" in owner.see("/settings/staff")
    assert "Nobody has looked yet" in history
    assert owner.send("/settings/audit/check").status_code == 303
    assert "Yes, up to entry" in owner.see("/settings/audit")
    with club.database.transaction() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.action == "audit.verify"))
        session.execute(update(AuditEntry).where(AuditEntry.seq == 1).values(actor_id="stf_nobody"))
    owner.send("/settings/audit/check")
    assert "No: entry 1 was tampered with" in owner.see("/settings/audit")


def test_programs_search_the_log_by_person_act_and_time_and_have_it_checked(club: Club) -> None:
    administrator = club.client("administrator")
    member = add_member(club, administrator, first_name="Anna")["id"]
    auditor = club.client("owner")

    def found(**query: str) -> list[str]:
        answer = auditor.get("/api/v1/audit-entries", params=query)
        assert answer.status_code == 200, answer.text
        return [entry["entity_id"] for entry in answer.json()["items"]]

    (entry,) = auditor.get("/api/v1/audit-entries", params={"entity_id": member}).json()["items"]
    assert found(actor_id=entry["actor_id"], action="member.") == [member]
    assert found(actor_id="stf_nobody") == []
    assert member in found(since=entry["at"])
    assert member not in found(until=entry["at"])
    assert auditor.get("/api/v1/audit-entries", params={"since": "yesterday"}).status_code == 422
    assert auditor.get("/api/v1/audit-checks/last").status_code == 404
    made = auditor.post("/api/v1/audit-checks")
    assert (made.status_code, made.json()["is_whole"], made.json()["break_kind"]) == (201, True, None)
    assert auditor.get("/api/v1/audit-checks/last").json() == made.json()
    assert club.client("receptionist").post("/api/v1/audit-checks").status_code == 403


def _own_id(club: Club, email: str) -> str:
    from cloud.staff.models import Staff

    with club.database.session() as session:
        return str(session.query(Staff.id).filter_by(email=email).scalar())


def test_a_passkey_is_made_used_and_removed_at_the_pages(club: Club) -> None:
    club.app.state.settings = make_settings(public_url="https://club.example")
    desk, device = Desk(club, "manager"), Authenticator("https://club.example")
    wrong = desk.send("/account/passkeys/begin", password="guess")
    assert (wrong.status_code, wrong.json()) == (409, {"problem": "The password was wrong."})
    asked = desk.send("/account/passkeys/begin", password=PASSWORD)
    assert "HttpOnly" in asked.headers["set-cookie"]
    answer = device.create(asked.text)
    assert desk.send("/account/passkeys", name="Blue <key>", answer=answer).status_code == 303
    late = desk.send("/account/passkeys", name="Again", answer=answer)
    assert late.status_code == 422
    assert "That took too long" in late.text
    assert "Blue &lt;key&gt;" in desk.see("/account")

    browser = club.client()
    refused = browser.post("/sign-in/passkey", data={"answer": "{}"})
    assert refused.status_code == 401
    assert "not known here" in refused.text
    proof = device.get(browser.post("/sign-in/passkey/begin").text)
    welcome = browser.post("/sign-in/passkey", data={"answer": proof, "next": "/members"})
    assert (welcome.status_code, welcome.headers["location"]) == (303, "/members")
    assert browser.get("/members").status_code == 200
    evil = browser.post("/sign-in/passkey/begin", headers={"sec-fetch-site": "cross-site"})
    assert evil.status_code == 403

    (address,) = set(re.findall(r"/account/passkeys/pky_\w+/remove", desk.see("/account")))
    assert "Blue" in desk.see(address)
    assert desk.send(address).status_code == 303
    assert "Blue &lt;" not in desk.see("/account")


def test_without_an_address_of_its_own_the_console_says_why_there_are_no_passkeys(club: Club) -> None:
    desk = Desk(club, "manager")
    assert "TORNELLO_PUBLIC_URL" in desk.see("/account")
    assert "passkey" not in club.client().get("/sign-in").text.replace("passkeys.js", "")
    assert "does not know its own address" in desk.send("/account/passkeys/begin", password=PASSWORD).json()["problem"]


def test_a_number_of_any_length_is_refused_in_words_or_passed_over(club: Club) -> None:
    desk, long = Desk(club, "administrator"), "9" * 5000
    assert desk.send("/settings/keys", name="Till", days=long, **{"may_members.read": "on"}).status_code == 422
    for address in ("/balances?lessons=", "/funnels?lessons=", "/searches/new/holders?lessons=", "/tasks?lessons="):
        assert desk.browser.get(address + long).status_code in {200, 422}
