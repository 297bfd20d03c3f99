"""What the API gives about the time line."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from cloud.past import Kind


class LineOut(BaseModel):
    """One thing that happened with a member; `what` names it within the kind, `text` and `facts` fill it in."""

    id: str
    at: datetime
    kind: Kind
    what: str = Field(examples=["entered"])
    who: str = Field(description="An id of the staff; empty: the member, a gateway or the service itself.")
    who_name: str
    text: str
    subject: str = Field(description="The id of what it is about, e.g. a task.")
    facts: dict[str, Any]
