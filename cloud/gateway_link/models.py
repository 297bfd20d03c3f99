"""Table of the processes that keep the link to the gateways together."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class LinkWorker(Base):
    """A process by its name at the broker, what it does there, and until when it counts as alive (UTC)."""

    __tablename__ = "link_worker"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    is_ingesting: Mapped[bool]
    is_publishing: Mapped[bool]
    alive_until: Mapped[datetime] = mapped_column(UtcDateTime)
