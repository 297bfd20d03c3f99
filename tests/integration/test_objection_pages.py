"""Objections on the pages and over HTTP: kept in the settings, chosen on a task, passed on.

Feature 224.
"""

import re

from tests.integration.club import Club
from tests.integration.test_people_pages import Desk, added


def test_an_objection_is_ticked_answered_and_passed_on(club: Club) -> None:
    desk = Desk(club, "manager")
    leo = club.hire("trainer")
    settings = "/settings/tasks"
    desk.send(f"{settings}/types", name="Write", colour="blue", action_at_access="none")
    assert desk.send(f"{settings}/objections", name="").status_code == 422
    assert desk.send(f"{settings}/objections", name="Too far", answer="A bus").status_code == 303
    (objection_id,) = re.findall(r'href="/settings/tasks/objections/(obj_\w+)"', desk.see(settings))
    changed = desk.send(f"{settings}/objections/{objection_id}", name="Too far", answer="There is a bus")
    assert changed.status_code == 303
    card = added(club, desk)
    (type_id,) = re.findall(r'value="(aty_\w+)"', desk.see(f"{card}/tasks/new"))
    desk.send(f"{card}/tasks", action_type_id=type_id)
    (task,) = set(re.findall(r'href="(/tasks/tsk_\w+)"', desk.see(card)))
    assert "There is a bus" in desk.see(f"{task}/objections")
    wrong = desk.send(f"{task}/objections", objection_obj_unknown="on")
    assert (wrong.status_code, "Choose one of the list" in wrong.text) == (422, True)
    told = {f"objection_{objection_id}": "on", "operator_id": leo, "text": "Can you?"}
    assert desk.send(f"{task}/objections", **told).status_code == 303
    page = desk.see(task)
    for shown in ("Too far", "There is a bus", "Trainer", "Can you?"):
        assert shown in page, shown


def test_objections_go_over_http(club: Club) -> None:
    manager = club.client("manager")
    objection = manager.post("/api/v1/objections", json={"name": "Too far"}).json()
    address = f"/api/v1/objections/{objection['id']}"
    assert manager.patch(address, json={"answer": "A bus"}).json() == objection | {"answer": "A bus"}
    type_id = manager.post("/api/v1/action-types", json={"name": "Call"}).json()["id"]
    member = manager.post("/api/v1/members", json={"site_id": club.site_id, "first_name": "Anna"}).json()
    body = {"action_type_id": type_id}
    task_id = manager.post(f"/api/v1/members/{member['id']}/tasks", json=body).json()["id"]
    address = f"/api/v1/tasks/{task_id}/objections"
    noted = manager.put(address, json={"objection_ids": [objection["id"]], "text": "Hm"})
    assert noted.json() == manager.get(address).json() == manager.get("/api/v1/objections").json()
    assert manager.put(address, json={"objection_ids": ["obj_unknown"]}).status_code == 422
