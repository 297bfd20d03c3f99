"""Tables of action types, of the outcomes that their tasks may have, and of which type has which."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, Json, UtcDateTime


class ActionType(Base):
    """A kind of action, e.g. "Call about the renewal". Open tasks of it act at the gate as `action_at_access` says.

    `texts` maps a language to what the display shows, with placeholders; no `device_kinds` means all of them. An
    obsolete type is kept for the history: nobody begins a task of it.
    """

    __tablename__ = "action_type"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    colour: Mapped[str] = mapped_column(String(8))
    is_obsolete: Mapped[bool]
    is_default: Mapped[bool]
    description: Mapped[str] = mapped_column(String(500))
    action_at_access: Mapped[str] = mapped_column(String(20))
    device_kinds: Mapped[list[str]] = mapped_column(Json)
    texts: Mapped[dict[str, str]] = mapped_column(Json)
    operator_hint: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Outcome(Base):
    """How a task stands or ended. `keeps_block`: what the type does at the gate goes on after this closing."""

    __tablename__ = "outcome"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    state_class: Mapped[str] = mapped_column(String(16))
    keeps_block: Mapped[bool]
    is_obsolete: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ActionTypeOutcome(Base):
    """This type's tasks may have this outcome."""

    __tablename__ = "action_type_outcome"

    action_type_id: Mapped[str] = mapped_column(ForeignKey("action_type.id"), primary_key=True)
    outcome_id: Mapped[str] = mapped_column(ForeignKey("outcome.id"), primary_key=True, index=True)
