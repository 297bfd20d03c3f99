"""Table of the lots of files whose import has begun and not ended."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, Json, UtcDateTime


class ImportedLot(Base):
    """Some rows of a file that are brought in; `import_id` is a hash of the file, its mapping and its site.

    `told` has `[number, outcome, [[field, code], ...]]` of those that added nobody: nothing of what they say.
    """

    __tablename__ = "imported_lot"

    import_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[int] = mapped_column(primary_key=True)
    until: Mapped[int]
    told: Mapped[list[Any]] = mapped_column(Json)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
