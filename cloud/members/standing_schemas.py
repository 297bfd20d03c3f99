"""What the API takes about how a member stands with the gate."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from access_policy.entitlement import Role
from cloud.kit.days import Day
from cloud.kit.text_fields import Line


class RoleIn(BaseModel):
    """Member, one of the staff, or the holder of an emergency card that opens in every mode of the lanes."""

    model_config = ConfigDict(extra="forbid")

    role: Role


class CertificateIn(BaseModel):
    """The last day of the medical certificate, included; null: there is none."""

    model_config = ConfigDict(extra="forbid")

    until: Day | None = Field(examples=["2027-03-31"])


class BlackListIn(BaseModel):
    """Why: for staff alone."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Line, StringConstraints(min_length=1, max_length=500)]


class OtherSitesIn(BaseModel):
    """The sites that the member may use besides their home site; all of them."""

    model_config = ConfigDict(extra="forbid")

    site_ids: Annotated[list[Annotated[str, StringConstraints(max_length=24)]], Field(max_length=20)]
