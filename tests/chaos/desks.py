"""Staff who raise flags while processes die: straight through the services, or over the API, which may die, too."""

import contextlib
import hashlib
import http.client
import json
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from cloud.flags.models import Flag
from cloud.kit.ids import new_id
from cloud.staff.models import StaffSession
from tests.chaos.cloud_victims import CloudVictim
from tests.club import Club

TOKEN: Final = "token of the kills"
MEMBERS: Final = 40
ANSWERED_WITHIN_S: Final = 30.0
PAUSE_S: Final = 0.1


class ServiceDesk:
    """Raises a flag or takes one back, in a transaction of its own."""

    def __init__(self, club: Club, dice: random.Random) -> None:
        self._club = club
        self._dice = dice
        self.flags: list[str] = []

    def act(self) -> None:
        with self._club.database.transaction() as session:
            if self.flags and self._dice.random() < 0.3:
                self._club.clear(session, self.flags.pop(self._dice.randrange(len(self.flags))))
            else:
                self.flags.append(self._club.block(session, self._club.add_member(session)))

    def rest(self) -> None:
        """It does nothing of its own accord."""

    def missing(self) -> list[str]:
        """Nothing: it knows that its transactions were committed."""
        return []


@dataclass
class ApiDesk:
    """Raises flags over the API all the time, and remembers those that were answered with 201."""

    club: Club
    api: CloudVictim
    flags: list[str] = field(default_factory=list)
    unanswered: int = 0
    _is_over: threading.Event = field(default_factory=threading.Event)

    def act(self) -> None:
        """It never rests."""

    def missing(self) -> list[str]:
        """What was answered and is not in the database."""
        with self.club.database.session() as session:
            kept = set(session.scalars(select(Flag.id)))
        return [f"answered, and not in the database: flag {flag_id}" for flag_id in self.flags if flag_id not in kept]

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Raises flags during the block."""
        club = self.club
        with club.database.transaction() as session:
            members = [club.add_member(session) for _ in range(MEMBERS)]
            opened = StaffSession(
                id=new_id("ses"),
                staff_id=club.actor.id,
                token_hash=hashlib.sha256(TOKEN.encode()).digest(),
                user_agent="",
                created_at=session.now,
                expires_at=session.now + timedelta(hours=1),
            )
            session.add(opened)
        thread = threading.Thread(target=self._work, args=(members,))
        thread.start()
        try:
            yield
        finally:
            self.rest()
            thread.join()

    def rest(self) -> None:
        """Raise no more."""
        self._is_over.set()

    def _work(self, members: list[str]) -> None:
        number = 0
        while not self._is_over.wait(PAUSE_S):
            member_id, number = members[number % MEMBERS], number + 1
            try:
                self.flags.append(self._raise(member_id))
            except (OSError, http.client.HTTPException, ValueError):
                self.unanswered += 1

    def _raise(self, member_id: str) -> str:
        """Over a connection of its own, as the API's address changes with each of its lives."""
        connection = http.client.HTTPConnection("127.0.0.1", self.api.port, timeout=ANSWERED_WITHIN_S)
        with contextlib.closing(connection):
            body = json.dumps({"effect": "block", "texts": {"it": "Fermo"}})
            headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
            connection.request("POST", f"/api/v1/members/{member_id}/flags", body, headers)
            answer = connection.getresponse()
            said = json.loads(answer.read())
            assert answer.status == http.client.CREATED, said
            return str(said["id"])
