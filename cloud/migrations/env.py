"""Alembic's entry: runs the steps, or compares models and database, on the connection that it is handed."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON

from cloud.database import UtcDateTime
from cloud.members.search_index import is_search_index
from cloud.tables import METADATA


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Write our own column types by their names in `cloud.database`."""
    name = {UtcDateTime: "UtcDateTime", JSON: "Json"}.get(type(item)) if kind == "type" else None
    if name is None:
        return False
    autogen_context.imports.add(f"from cloud.database import {name}")
    return f"{name}()" if name == "UtcDateTime" else name


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_item,
    include_name=lambda name, _kind, _parents: not is_search_index(name),
)
with context.begin_transaction():
    context.run_migrations()
