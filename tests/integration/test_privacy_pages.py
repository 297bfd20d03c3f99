"""Purposes, decisions with proofs, and families on the pages, from the settings to the bulk; and over HTTP.

Features 67, 135, 161.
"""

import base64
import re

import pytest

from tests.integration.club import Club, add_member
from tests.integration.test_people_pages import Desk, added

PDF = b"%PDF-1.7 signed"


@pytest.fixture
def desk(club: Club) -> Desk:
    return Desk(club, "manager")


def add_newsletter(desk: Desk) -> str:
    """A purpose with a text, made in the settings; its id."""
    assert desk.send("/settings/privacy", name_en="", basis="consent").status_code == 422
    sent = desk.send("/settings/privacy", name_en="Newsletter", name_ru="Рассылка", basis="consent", channel_email="on")
    assert sent.status_code == 303
    text = desk.see("/settings/privacy")
    assert "Nobody can agree yet" in text
    (purpose_id,) = re.findall(r'href="/settings/privacy/(prp_\w+)"[^>]*>Newsletter<', text)
    assert "checked" in desk.see(f"/settings/privacy/{purpose_id}")
    assert desk.send(f"/settings/privacy/{purpose_id}/texts", text_en="").status_code == 422
    assert desk.send(f"/settings/privacy/{purpose_id}/texts", text_en="May we write to you?").status_code == 303
    assert "Version 1" in desk.see("/settings/privacy")
    return str(purpose_id)


def test_who_agrees_with_a_signed_paper_is_in_the_bulk_and_who_does_not_is_named(club: Club, desk: Desk) -> None:
    purpose_id = add_newsletter(desk)
    anna, berta = added(club, desk, last_name="Rossi"), added(club, desk, first_name="Berta", last_name="Rossi")
    assert "Not asked yet" in desk.see(anna)
    form = f"{anna}/consents/upload"
    assert "May we write to you?" in desk.see(f"{form}?purpose_id={purpose_id}")
    told = {"purpose_id": purpose_id, "is_given": "1", "how": "paper"}
    assert "Add the scan or photo" in desk.upload(form, b"", **told).text
    assert desk.upload(form, PDF, **told).status_code == 303
    assert "Agreed: Newsletter" in desk.see(anna)
    history = desk.see(f"{anna}/consents")
    assert "May we write to you?" in history
    (proof,) = re.findall(r'href="(/consents/\w+/proof)"', history)
    answer = desk.browser.get(proof)
    assert (answer.content, answer.headers["content-type"]) == (PDF, "application/pdf")
    assert answer.headers["content-disposition"].startswith("attachment")
    listed = desk.see(f"/members?willing_for={purpose_id}")
    assert (anna in listed, berta in listed) == (True, False)
    desk.send("/settings/tasks/types", name="Write", colour="blue", action_at_access="none")
    (type_id,) = re.findall(r'value="(aty_\w+)"', desk.see(f"{anna}/tasks/new"))
    ids = " ".join(each.removeprefix("/members/") for each in (anna, berta))
    bulk = {"member_ids": ids, "action_type_id": type_id, "purpose_id": purpose_id}
    summary = desk.send("/tasks/bulk/summary", **bulk).text
    assert "Left out, because they have not agreed to the purpose, or object to it: Berta Rossi." in summary
    assert desk.send("/tasks/bulk", **bulk).status_code == 303
    desk.upload(form, b"", purpose_id=purpose_id, is_given="0", how="spoken")
    (task,) = re.findall(r'href="(/tasks/tsk_\w+)"', desk.see("/tasks"))
    assert "The person has not agreed to it, or objects" in desk.see(task)


def test_a_family_is_linked_from_a_card_and_seen_from_both(club: Club, desk: Desk) -> None:
    anna = added(club, desk, last_name="Rossi", phone="333 123 4567")
    carl = added(club, desk, first_name="Carl", phone="333 123 4567")
    carl_id = carl.removeprefix("/members/")
    assert "Inside a family the same telephone is usual" in desk.see("/members/duplicates")
    assert carl_id in desk.see(f"{anna}/relatives/new")
    assert "Nobody is found" in desk.send(f"{anna}/relatives", q="zzz").text
    linked = desk.send(f"{anna}/relatives", relative_id=carl_id, kind="child", payer="member")
    assert linked.status_code == 303
    assert "Child" in desk.see(anna)
    assert "Parent, pays for Carl" in desk.see(carl)
    assert "They are linked as a family" in desk.see("/members/duplicates")
    assert desk.send(f"{anna}/relatives/{carl_id}", kind="nonsense").status_code == 422
    assert desk.send(f"{anna}/relatives/{carl_id}", unlink="on").status_code == 303
    assert "Nobody is linked" in desk.see(carl)


def test_purposes_decisions_and_relatives_go_over_http(club: Club) -> None:
    manager = club.client("manager")
    body = {"names": {"en": "Newsletter"}, "basis": "consent"}
    purpose_id = manager.post("/api/v1/privacy-purposes", json=body).json()["id"]
    texts = f"/api/v1/privacy-purposes/{purpose_id}/texts"
    assert manager.post(texts, json={"texts": {"en": "May we?"}}).status_code == 201
    assert [text["number"] for text in manager.get(texts).json()] == [1]
    changed = manager.patch(f"/api/v1/privacy-purposes/{purpose_id}", json={"channels": ["sms"]}).json()
    assert (changed["channels"], changed["basis"]) == (["sms"], "consent")
    anna, carl = (add_member(club, manager, first_name=name)["id"] for name in ("Anna", "Carl"))
    address = f"/api/v1/members/{anna}"
    said = {"purpose_id": purpose_id, "is_given": True, "how": "paper"}
    refused = manager.post(f"{address}/consents/upload", json=said).json()
    assert [each["field"] for each in refused["errors"]] == ["proof"]
    signed = manager.post(f"{address}/consents/upload", json=said | {"proof": base64.b64encode(PDF).decode()})
    assert signed.status_code == 201, signed.text
    assert manager.get(f"/api/v1/consents/{signed.json()['id']}/proof").content == PDF
    assert [each["decision"] for each in manager.get(f"{address}/consents").json()["items"]] == ["given"]
    standings = {each["purpose_id"]: each for each in manager.get(f"{address}/privacy").json()}
    assert (standings[purpose_id]["standing"], standings[purpose_id]["may_approach"]) == ("given", True)
    found = manager.get("/api/v1/members", params={"willing_for": purpose_id}).json()["items"]
    assert [member["id"] for member in found] == [anna]
    link = {"kind": "child", "payer_id": anna}
    assert manager.put(f"{address}/relatives/{carl}", json=link).status_code == 204
    (seen,) = manager.get(f"/api/v1/members/{carl}/relatives").json()
    assert (seen["kind"], seen["payer_id"], seen["relative_id"]) == ("parent", anna, anna)
    assert manager.delete(f"{address}/relatives/{carl}").status_code == 204
    assert manager.delete(f"{address}/relatives/{carl}").status_code == 404
