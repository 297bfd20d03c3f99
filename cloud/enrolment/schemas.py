"""What the API takes and gives about enrolment."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.kit.text_fields import Line


class ClaimTokenIn(BaseModel):
    """For which lane a gateway shall be enrolled."""

    model_config = ConfigDict(extra="forbid")

    lane_id: Annotated[Line, Field(max_length=24, examples=["lan_06f3v7q8x0k2m4n6p8r0"])]


class ClaimTokenOut(BaseModel):
    """A token, shown this once."""

    token: str = Field(description="For `tornello-gateway enrol --token`.")
    lane_id: str
    expires_at: datetime


class EnrolmentIn(BaseModel):
    """A device asks to become a gateway."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[Line, Field(max_length=200)]
    csr_pem: Annotated[str, StringConstraints(max_length=8192)] = Field(
        description="PKCS #10, EC P-256, signed by the device's own key. Its subject is ignored."
    )


class EnrolmentGrant(BaseModel):
    """Everything that makes a device a gateway of a site."""

    gateway_id: str
    site_id: str
    lane_id: str
    lane_name: str
    site_name: str
    time_zone: str
    certificate_pem: str = Field(description="The gateway's certificate, then the intermediate's.")
    authority_pem: str = Field(description="The root's certificate, then the intermediate's.")
    broker_host: str
    broker_port: int
    signing_keys: dict[str, str] = Field(description="Whose signatures to believe: key id -> raw Ed25519 key in hex.")
    signing_keys_serial: int = Field(description="Of two sets of keys the one with the higher serial holds.")
    credential_key: str = Field(description="With which the site hashes credentials, in hex.")
