"""What contracts tell of a member's past: sold, frozen, prolonged, ended. The audit log knows by whom."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from cloud.audit.models import AuditEntry
from cloud.contracts.models import Contract
from cloud.database import UnitOfWork
from cloud.past import PastLine, Source, Wanted, is_behind, numbered

_PREFIX: Final = "aud_"
_FACTS: Final = ("starts_on", "ends_on", "reason")


def _read(session: UnitOfWork, wanted: Wanted) -> Sequence[PastLine]:
    query = (
        select(AuditEntry, Contract.id, Contract.plan_name)
        .join(Contract, Contract.id == AuditEntry.entity_id)
        .where(Contract.member_id == wanted.member_id, AuditEntry.entity_kind == "contract")
        .where(is_behind(AuditEntry.at, AuditEntry.seq, wanted.behind, prefix=_PREFIX))
        .order_by(AuditEntry.at.desc(), AuditEntry.seq.desc())
        .limit(wanted.limit)
    )
    return [
        PastLine(
            entry.at,
            numbered(_PREFIX, entry.seq),
            "contract",
            entry.action.removeprefix("contract."),
            who=entry.actor_id if entry.actor_kind == "staff" else "",
            text=plan_name,
            subject=contract_id,
            facts={name: (entry.after or {}).get(name) for name in _FACTS if (entry.after or {}).get(name)},
        )
        for entry, contract_id, plan_name in session.execute(query)
    ]


SOURCES: Final = (Source(("contract",), "members.read", _read),)
