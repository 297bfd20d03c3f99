"""The console's pages about webhooks: added with its secret once, tested, switched off, sent again, forgotten."""

import re

from cloud.webhooks import service
from cloud.webhooks.models import WebhookDelivery
from cloud.webhooks.service import Outcome
from tests.integration.club import SECRET, Club
from tests.integration.test_task_pages import Browser

ADDRESS = "/settings/webhooks"


class Owner(Browser):
    """An administrator at a browser without scripts."""

    def __init__(self, club: Club) -> None:
        club.hire("administrator")
        self._client = club.browser("administrator")
        found = re.search(r'name="csrf_token" value="(\w+)"', self.get("/access"))
        assert found
        self._token = found[1]


def deliver(club: Club, outcome: Outcome) -> None:
    """What the worker does, without the network."""
    with club.database.transaction() as session:
        parcels = service.take_due(session, SECRET, limit=10)
    for parcel in parcels:
        with club.database.transaction() as session:
            service.record_outcome(session, parcel.delivery_id, outcome)


def test_a_webhook_from_its_secret_to_its_end(club: Club) -> None:
    owner = Owner(club)
    assert "A webhook tells another program" in owner.get(ADDRESS)
    fields = {"url": "https://hooks.club.example/in", "kind_task.changed": "on"}
    refused = owner.post(ADDRESS, {**fields, "url": "ftp://hooks.club.example"})
    assert refused.status_code == 422
    assert "Use an address like" in refused.text
    assert owner.post(ADDRESS, {"url": fields["url"]}).status_code == 422, "it has to be told something"

    made = owner.post(ADDRESS, fields)
    assert made.status_code == 200
    assert "whsec_" in made.text
    assert made.headers["Cache-Control"] == "no-store"
    found = re.search(r"/settings/webhooks/(whk_\w+)", made.text)
    assert found
    here = f"{ADDRESS}/{found[1]}"
    assert "whsec_" not in owner.get(here), "the secret is shown once"
    assert "A task was begun, changed or closed" in owner.get(ADDRESS)

    assert owner.send(f"{here}/test", {}) == here
    deliver(club, Outcome(500))
    page = owner.get(here)
    assert "HTTP 500" in page
    assert "On its way" in page
    with club.database.session() as session:
        delivery = session.query(WebhookDelivery).one()
        assert delivery.kind == "test"
    owner.send(f"/settings/webhook-deliveries/{delivery.id}/send-again", {})
    deliver(club, Outcome(204))
    assert "Delivered" in owner.get(here)

    owner.send(f"{here}/off", {})
    owner.send(f"{here}/test", {})
    assert "switched off" in owner.get(here), "the notice says why nothing was sent"
    owner.send(f"{here}/on", {})
    assert owner.send(f"{here}/delete", {}) == ADDRESS
    assert "A webhook tells another program" in owner.get(ADDRESS)
