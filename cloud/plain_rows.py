"""Rows of columns for what is read on every page: without the ORM's part, which is half of what a small question costs.

The ORM is what narrows a question to the sites that its reader may see (`cloud.site_scope`); for such a reader it is
asked all the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVarTuple

from sqlalchemy import Row, Select

from cloud.database import UnitOfWork

VISIBLE_SITES: Final = "visible_sites"
"""The name under which a request's state says which sites its reader may see; nothing there: all."""

_Columns = TypeVarTuple("_Columns")


def plain_rows(
    session: UnitOfWork, query: Select[*_Columns], values: Mapping[str, Any] | None = None
) -> Sequence[Row[*_Columns]]:
    """What the query finds, what this unit of work has changed before among it."""
    session.flush()
    is_narrowed = getattr(session.info.get(VISIBLE_SITES), VISIBLE_SITES, None) is not None
    return (session if is_narrowed else session.connection()).execute(query, values).all()
