"""No list and no page asks the database once for each of its rows: with eight times as many it asks as often."""

from collections import Counter
from typing import Any, Final

import httpx

from cloud.sites import service as sites
from tests.integration.club import SYSTEM, Club, add_member
from tests.statement_count import counted_statements

FEW, MANY = 3, 24
SPARE: Final = 2
"""A cache that is filled by chance, and what is looked up only where there is something."""
STATEMENTS_MAX: Final = 50
"""The member card, which shows nearly all that is known of a person, needs 49."""
ENDLESS: Final = ("/api/v1/access-events/stream", "/live", "/stream")


class Growing:
    """A club that gets more of everything, and the ids of the first of each."""

    def __init__(self, club: Club) -> None:
        self.club = club
        self.desk = club.client("administrator")
        self.type_id = self._made("/api/v1/action-types", {"name": "Call"})
        with club.database.transaction() as session:
            lane_id = sites.create_lane(session, SYSTEM, club.site_id, "Lane 1").id
        self.ids = {"site_id": club.site_id, "lane_id": lane_id, "type_id": self.type_id}
        self._count = 0

    def grow(self, more: int) -> None:
        for _ in range(more):
            self._count += 1
            member_id = add_member(self.club, self.desk, first_name=f"Anna {self._count}")["id"]
            self.ids.setdefault("member_id", member_id)
            self._give_rows(self.ids["member_id"])
            self._give_rows(member_id)

    def _give_rows(self, member_id: str) -> None:
        """What a list of one member, or one of everybody, shows a row of."""
        number = self._count
        address = f"/api/v1/members/{member_id}"
        for name, body in (
            ("contract_id", {"plan_name": f"Plan {number}", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}),
            ("flag_id", {"effect": "message", "texts": {"en": f"Hello {number}"}}),
            ("task_id", {"action_type_id": self.type_id, "text": f"Call {number}"}),
        ):
            noun = name.removesuffix("_id") + "s"
            self.ids.setdefault(name, self._made(f"{address}/{noun}", body))

    def _made(self, address: str, body: dict[str, Any]) -> str:
        answer = self.desk.post(address, json=body)
        assert answer.status_code == 201, answer.text
        made: str = answer.json()["id"]
        return made

    def addresses_of_api(self) -> list[str]:
        document = self.desk.get("/api/v1/openapi.json").json()
        return self._known(path for path, operations in document["paths"].items() if "get" in operations)

    def addresses_of_pages(self) -> list[str]:
        from cloud import pages

        found = {getattr(route, "path", "") for router in pages.ROUTERS for route in router.routes if _is_get(route)}
        return self._known(sorted(found))

    def _known(self, patterns: Any) -> list[str]:
        found = []
        for pattern in patterns:
            try:
                address = pattern.format(**self.ids)
            except (KeyError, IndexError):
                continue  # of something that this club has none of
            if not any(address.startswith(endless) for endless in ENDLESS):
                found.append(address)
        return found


def count_of(club: Club, client: httpx.Client, address: str) -> int:
    with counted_statements(club.database) as count:
        answer = client.get(address)
    assert answer.status_code < 500, (address, answer.text)
    return len(count)


def _most_said(club: Club, client: httpx.Client, address: str) -> str:
    with counted_statements(club.database) as count:
        client.get(address)
    return "asked once for each row: " + Counter(count.statements).most_common(1)[0][0]


def compare(growing: Growing, client: httpx.Client, addresses: list[str]) -> None:
    for address in addresses:
        client.get(address)  # what is looked up once in a process
    few = {address: count_of(growing.club, client, address) for address in addresses}
    growing.grow(MANY - FEW)
    many = {address: count_of(growing.club, client, address) for address in addresses}
    grown = [address for address in addresses if many[address] > few[address] + SPARE]
    assert grown == [], _most_said(growing.club, client, grown[0])
    assert {address: count for address, count in many.items() if count > STATEMENTS_MAX} == {}


def test_lists_of_the_api_ask_as_often_for_many_rows_as_for_few(club: Club) -> None:
    growing = Growing(club)
    growing.grow(FEW)
    addresses = growing.addresses_of_api()
    assert len(addresses) > 20
    compare(growing, growing.desk, addresses)


def test_pages_ask_as_often_for_many_rows_as_for_few(club: Club) -> None:
    growing = Growing(club)
    growing.grow(FEW)
    addresses = growing.addresses_of_pages()
    assert len(addresses) > 20
    browser = club.client()
    club.hire("manager")
    answer = browser.post("/sign-in", data={"email": "manager@club.test", "password": "correct horse battery"})
    browser.cookies.set("tornello_session", answer.cookies["tornello_session"])
    compare(growing, browser, addresses)


def _is_get(route: Any) -> bool:
    return "GET" in (getattr(route, "methods", None) or ())
