"""A journal full of decisions, as a gateway without the network has it after weeks."""

from gateway.adapters.store_sqlite.journal import SqliteJournal
from sync_protocol.journal_events import AccessDecided

_AT_ONCE = 500


async def fill_journal(journal: SqliteJournal, count: int, *, lane_id: str = "lan_aaaaaaaaaaaaaaaaaaaa") -> None:
    """Taps as they come from the readers of a lane, only faster: as many at once as memory holds."""
    for begin in range(0, count, _AT_ONCE):
        for number in range(begin, min(begin + _AT_ONCE, count)):
            journal.append(_tap(number, lane_id))
        await journal.flushed()


def _tap(number: int, lane_id: str) -> AccessDecided:
    return AccessDecided(
        tap_id=f"{number:020x}",
        lane_id=lane_id,
        direction="in",
        reader="entry",
        credential_hash=f"{number:032x}",
        outcome="allow",
        reason="granted",
        rule="contract",
        revision=4711,
        member_id=f"mem_{number % 5000:020d}",
        contract_id=f"ctr_{number % 5000:020d}",
        text="Welcome, Anna",
        decided_in_us=180,
    )
