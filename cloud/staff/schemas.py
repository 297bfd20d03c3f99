"""What the API takes and gives about sessions."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from cloud.kit.passwords import PASSWORD_CHARACTERS_MAX
from cloud.kit.text_fields import Line
from cloud.staff.policy import Permission


class SignInRequest(BaseModel):
    """Who wants to sign in."""

    email: Annotated[Line, Field(max_length=254, examples=["anna@club.example"])]
    password: Annotated[str, StringConstraints(min_length=1, max_length=PASSWORD_CHARACTERS_MAX)]
    code: Annotated[Line, Field(max_length=20, description="Of the authenticator app, or a recovery code.")] = ""


class SessionOut(BaseModel):
    """A session. The token goes into the header `Authorization: Bearer`; it is shown only once."""

    session_id: str = Field(examples=["ses_06f3v7q8x0k2m4n6p8r0"])
    staff_id: str
    name: str
    role: str
    locale: str
    permissions: list[Permission]
    token: str
    csrf_token: str = Field(description="To be sent as `X-CSRF-Token` with changes that are signed in by the cookie.")
    expires_at: datetime
