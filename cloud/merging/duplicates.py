"""Who may be there twice: the same telephone, the same e-mail address, or the same name and birth date."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import FromClause, String, cast, func, select, union

from cloud.database import UnitOfWork
from cloud.family import service as family
from cloud.members import service as members
from cloud.members.models import Member, MemberContact

Cause = Literal["phone", "email", "name"]
GROUPS_MAX: Final = 100
"""Of each cause; whoever merges some sees the next."""
PEOPLE_MAX: Final = 10
"""Of one group."""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """People with something in common that only one person should have, the oldest entry first."""

    cause: Cause
    value: str
    people: Sequence[Member]
    is_family: bool = False
    """Whether each of them is linked with another of them: then a telephone in common is usual."""


def find(session: UnitOfWork) -> list[Duplicates]:
    """The groups, those with the same telephone first; at most 100 of each cause, of at most 10 people."""
    born = cast(Member.birth_on, String)
    named = select(Member.id.label("id"), (Member.sort_name + ", " + born).label("value"))
    causes: dict[Cause, FromClause] = {
        "phone": _contacts("phone", Member.phone, MemberContact.value),
        "email": _contacts("email", func.lower(Member.email), func.lower(MemberContact.value)),
        "name": named.where(Member.birth_on.is_not(None)).subquery(),
    }
    return [group for cause, pairs in causes.items() for group in _groups(session, cause, pairs)]


def _contacts(kind: str, first: Any, further: Any) -> FromClause:
    """Who has which telephone or e-mail address, each once."""
    return union(
        select(Member.id.label("id"), first.label("value")).where(first.is_not(None)),
        select(MemberContact.member_id, further).where(MemberContact.kind == kind),
    ).subquery()


def _groups(session: UnitOfWork, cause: Cause, pairs: FromClause) -> list[Duplicates]:
    shared = (
        select(pairs.c.value).group_by(pairs.c.value).having(func.count() > 1).order_by(pairs.c.value).limit(GROUPS_MAX)
    )
    rows = session.execute(
        select(pairs.c.value, pairs.c.id)
        .where(pairs.c.value.in_(shared.scalar_subquery()))
        .order_by(pairs.c.value, pairs.c.id)
    ).all()
    ids: dict[str, list[str]] = {}
    for value, member_id in rows:
        ids.setdefault(value, []).append(member_id)
    known = {member.id: member for member in members.list_by_ids(session, [row.id for row in rows])}
    linked = family.pairs_among(session, known)
    groups = []
    for value, some in ids.items():
        shown = some[:PEOPLE_MAX]
        kin = {each for pair in linked if pair <= set(shown) for each in pair}
        groups.append(Duplicates(cause, value, [known[each] for each in shown], is_family=kin == set(shown)))
    return groups
