"""Revisions in force never go back, not even by a power cut."""

from tests.simulation.whole.story import BrokenLawError
from tests.simulation.whole.witness import Witness


class RevisionsNeverGoBack(Witness):
    def __init__(self) -> None:
        self._newest: dict[str, int] = {}

    def revision_in_force(self, gateway: str, revision: int) -> None:
        newest = self._newest.get(gateway, 0)
        if revision < newest:
            raise BrokenLawError(f"{gateway} goes back from revision {newest} to {revision}")
        self._newest[gateway] = revision

    def started(self, gateway: str, next_seq: int, revision: int) -> None:
        self.revision_in_force(gateway, revision)
