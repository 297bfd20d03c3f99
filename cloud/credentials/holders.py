"""Who of many members has a card that opens: for lists of people."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import bindparam, select

from cloud.credentials.models import Credential
from cloud.database import UnitOfWork
from cloud.plain_rows import plain_rows

_HOLDERS: Final = select(Credential.member_id).where(
    Credential.member_id.in_(bindparam("member_ids", expanding=True)), Credential.status == "active"
)


def holders_among(session: UnitOfWork, member_ids: Collection[str]) -> frozenset[str]:
    """Those of some members who have an active credential."""
    return frozenset(row[0] for row in plain_rows(session, _HOLDERS, {"member_ids": [*member_ids]}))
