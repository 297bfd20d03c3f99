"""Who is inside, counted by somebody with a list at the door: the journal's passages alone, in sets."""

from collections import Counter

from sync_protocol.journal_events import AccessTaken, AnonymousPassage, EventBody


class HeadCount:
    """`members` are inside by name with the moment of their coming, `guests` by host.

    `unnamed` is the balance of the others; `burnt` counts the credits by contract.
    """

    def __init__(self) -> None:
        self.members: dict[str, int] = {}
        self.guests: dict[str, list[int]] = {}
        self.unnamed = 0
        self.burnt: Counter[str] = Counter()
        self._unnamed_at = 0

    @property
    def named(self) -> int:
        """How many are inside of whom it is known who they, or their hosts, are."""
        return len(self.members) + sum(map(len, self.guests.values()))

    @property
    def occupancy(self) -> int:
        """How many people are inside, never fewer than none."""
        return max(0, self.named + self.unnamed)

    def observe(self, body: EventBody, at_s: int) -> None:
        """Count somebody who went through."""
        match body:
            case AccessTaken(direction="in", is_guest=True):
                self.guests.setdefault(body.member_id, []).append(at_s)
            case AccessTaken(direction="in"):
                if body.member_id in self.members and self.unnamed < 0:
                    self.unnamed += 1  # it was they who left unseen
                self.members[body.member_id] = at_s
                self.burnt[body.contract_id or ""] += body.spends_visit
            case AccessTaken():
                self._leave(body.member_id)
            case AnonymousPassage():
                self._change_unnamed(1 if body.direction == "in" else -1)
                self._unnamed_at = at_s

    def forget(self, before_s: int) -> None:
        """Whoever came before this moment no longer counts."""
        self.members = {member_id: at for member_id, at in self.members.items() if at >= before_s}
        self.guests = {host: [at for at in came if at >= before_s] for host, came in self.guests.items()}
        if self._unnamed_at < before_s:
            self.unnamed = 0
        self._change_unnamed(0)

    def _leave(self, member_id: str) -> None:
        if self.members.pop(member_id, None) is None:
            if self.guests.get(member_id):
                self.guests[member_id].pop(0)
            elif self.unnamed > 0:
                self.unnamed -= 1
        self._change_unnamed(0)

    def _change_unnamed(self, change: int) -> None:
        self.unnamed = max(self.unnamed + change, -self.named)
