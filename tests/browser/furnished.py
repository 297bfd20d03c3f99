"""One of everything in the club of the browser tests, through its API, so that every page has something to show."""

from datetime import date, timedelta
from itertools import count
from typing import Any, Final

import httpx

from cloud.kit.ids import new_id
from cloud.staff import api_keys
from cloud.staff import service as staff
from cloud.staff.models import StaffPasskey
from tests.browser.club import IVO, LEO, PASSWORD, Club

_PLAN: Final = {"name": "Month", "kind": "recurring", "price_minor": 4900, "length": 1}
_SERVICE: Final = {
    "kind": "service",
    "title": "Massage",
    "unit_price_minor": 4500,
    "materials": [{"name": "Oil", "quantity": "30 ml"}],
}


def furnish(address: str, club: Club) -> dict[str, str]:
    """What stands for each name in the address of a page; the member is Niccolò, of whom there is everything."""
    with httpx.Client(base_url=f"{address}/api/v1", timeout=60) as client:
        token = _ask(client, "/sessions", email=IVO, password=PASSWORD)["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        member_id = club.members["Niccolò Ferri"]
        of_tasks = _furnish_tasks(client, club, member_id)
        return {
            "site_id": club.site_id,
            "gateway_id": club.lane_1.gateway_id,
            "member_id": member_id,
            **_furnish_account(club, token),
            **_furnish_access(client, club, member_id),
            **_furnish_schedule(client, club, member_id),
            **_furnish_sales(client, club, member_id),
            **of_tasks,
            **_furnish_searches(client, club, of_tasks["type_id"]),
            **_furnish_people(client, club, member_id),
            **_furnish_settings(client, club),
        }


_numbers = count(1)


def _ask(client: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    """The answer to a request that makes something."""
    answer = client.post(path, json=body, headers={"Idempotency-Key": f"furnish-{next(_numbers)}"})
    assert answer.status_code in {200, 201}, (path, answer.text)
    made: dict[str, Any] = answer.json()
    return made


def _first(client: httpx.Client, path: str) -> dict[str, Any]:
    items: list[dict[str, Any]] = client.get(path).json()["items"]
    return items[0]


def _furnish_account(club: Club, token: str) -> dict[str, str]:
    """What belongs to the administrator who looks: a key, and a passkey that no authenticator has."""
    with club.database.transaction() as session:
        who = staff.find_signed_in(session, token)
        assert who is not None
        passkey = StaffPasskey(
            id=new_id("psk"),
            staff_id=who.staff_id,
            credential_id=b"laptop",
            public_key=b"",
            sign_count=0,
            name="Laptop",
            created_at=session.now,
        )
        session.add(passkey)
        key, _ = api_keys.create(session, who, "Till", ["members.read"], days=30)
        return {"key_id": key.id, "passkey_id": passkey.id}


def _furnish_access(client: httpx.Client, club: Club, member_id: str) -> dict[str, str]:
    site = f"/sites/{club.site_id}"
    tap_id = club.lane_1.decide(member_id, "message", text="Passi in reception")
    club.lane_1.pass_through(tap_id, member_id)
    club.lane_2.decide(None, "block", "credential_not_found", text="Tessera sconosciuta")
    day = {"day": f"{date.today().year + 1}-12-25", "kind": "holiday", "name": "Christmas"}  # noqa: DTZ011
    return {
        "zone_id": _ask(client, f"{site}/zones", name="Spa")["id"],
        "schedule_id": _ask(client, f"{site}/schedules", name="Never", weekly=[[]] * 7)["id"],
        "level_id": _ask(client, f"{site}/access-levels", name="All")["id"],
        "special_day_id": _ask(client, f"{site}/special-days", **day)["id"],
        "lane_id": _first(client, "/lanes")["id"],
        "event_id": str(_first(client, "/access-events")["id"]),
        "credential_id": _first(client, f"/members/{member_id}/credentials")["id"],
        "flag_id": _ask(client, f"/members/{member_id}/flags", effect="message", texts={"en": "Hello"})["id"],
    }


def _furnish_schedule(client: httpx.Client, club: Club, member_id: str) -> dict[str, str]:
    tomorrow = (date.today() + timedelta(days=1)).isoformat()  # noqa: DTZ011
    with club.database.session() as session:
        trainer = next(person.id for person in staff.list_active(session) if person.email == LEO)
    activity_id = _ask(client, "/activities", name="Pilates")["id"]
    room_id = _ask(client, f"/sites/{club.site_id}/rooms", name="Studio", seats=1)["id"]
    planned = {"activity_id": activity_id, "room_id": room_id, "trainer_id": trainer, "first_on": tomorrow}
    sessions = _ask(client, f"/sites/{club.site_id}/class-sessions", **planned, starts="18:00", minutes=60)["items"]
    _ask(client, f"/members/{member_id}/bookings", session_id=sessions[0]["id"])
    _ask(client, f"/members/{club.members['Oliver Hart']}/waiting", session_id=sessions[0]["id"])
    return {"activity_id": activity_id, "room_id": room_id, "session_id": sessions[0]["id"], "staff_id": trainer}


def _furnish_sales(client: httpx.Client, club: Club, member_id: str) -> dict[str, str]:
    plan_id = _ask(client, f"/sites/{club.site_id}/plans", **_PLAN)["id"]
    contract_id = _ask(client, f"/members/{member_id}/sales", plan_id=plan_id)["id"]
    first = date.today() + timedelta(days=2)  # noqa: DTZ011
    days = {"starts_on": first.isoformat(), "ends_on": (first + timedelta(days=2)).isoformat()}
    frozen = _ask(client, f"/contracts/{contract_id}/freezes", **days)
    instalment = _first(client, f"/contracts/{contract_id}/instalments")["id"]
    charge = _ask(client, f"/instalments/{instalment}/charges", method="cash", amount_minor=100)
    sale = _ask(client, f"/members/{member_id}/till-sales", method="cash", lines=[_SERVICE])
    _ask(client, f"/members/{member_id}/comments", text="Prefers mornings")
    return {
        "plan_id": plan_id,
        "contract_id": contract_id,
        "freeze_id": frozen["freezes"][0]["id"],
        "instalment_id": instalment,
        "charge_id": charge["id"],
        "sale_id": sale["id"],
    }


def _furnish_tasks(client: httpx.Client, club: Club, member_id: str) -> dict[str, str]:
    type_id = _ask(client, "/action-types", name="Call", colour="green")["id"]
    status_id = _ask(client, "/enquiry-statuses", name="Tried once")["id"]
    lead = _ask(client, "/members", site_id=club.site_id, first_name="Eva", last_name="Rossi", state="lead")["id"]
    task = {"action_type_id": type_id, "enquiry_status_id": status_id}
    _ask(client, f"/members/{lead}/tasks", **task, text="Wants to try")
    task_id = _ask(client, f"/members/{member_id}/tasks", **task, text="Call about the certificate")["id"]
    outcome_id = _ask(client, "/outcomes", name="Reached", state_class="closed_positive")["id"]
    objection_id = _ask(client, "/objections", name="Too far", answer="There is a bus")["id"]
    client.put(f"/tasks/{task_id}/objections", json={"objection_ids": [objection_id]}).raise_for_status()
    return {
        "type_id": type_id,
        "status_id": status_id,
        "task_id": task_id,
        "outcome_id": outcome_id,
        "objection_id": objection_id,
    }


def _furnish_settings(client: httpx.Client, club: Club) -> dict[str, str]:
    webhook_id = _ask(client, "/webhooks", url="https://hooks.club.example/in", kinds=["member.passed"])["id"]
    _ask(client, f"/webhooks/{webhook_id}/test")
    return {
        "webhook_id": webhook_id,
        "label_id": _ask(client, "/labels", kind="tag", name="Gold")["id"],
        "exchange_id": _ask(client, "/phone-exchanges", site_id=club.site_id, name="Desk")["id"],
    }


def _furnish_people(client: httpx.Client, club: Club, member_id: str) -> dict[str, str]:
    relative_id = club.members["Giulia De Luca"]
    client.put(f"/members/{member_id}/relatives/{relative_id}", json={"kind": "partner"}).raise_for_status()
    return {"relative_id": relative_id}


def _furnish_searches(client: httpx.Client, club: Club, type_id: str) -> dict[str, str]:
    """A search, an operation that runs on it, and the purpose that it is for."""
    purpose_id = _ask(client, "/privacy-purposes", names={"en": "Reminders"}, basis="contract")["id"]
    criteria = {"kind": "tasks", "state": "open"}
    search = {"name": "Open tasks", "criteria": criteria, "is_shared": True, "is_schedulable": True}
    search_id = _ask(client, "/saved-searches", **search)["id"]
    planned = {"search_id": search_id, "action_type_id": type_id, "purpose_id": purpose_id, "minute_of_day": 420}
    day = (date.today() + timedelta(days=1)).isoformat()  # noqa: DTZ011
    address = f"/sites/{club.site_id}/scheduled-operations"
    operation_id = _ask(client, address, name="Morning calls", starts_on=day, **planned)["id"]
    return {
        "purpose_id": purpose_id,
        "saved_search_id": search_id,
        "scheduled_operation_id": operation_id,
        "day": day,
    }
