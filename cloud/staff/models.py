"""Tables of staff, their roles and their sessions."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, Json, UtcDateTime


class Role(Base):
    """A role that the club has edited or made; those that are not here are as in `policy.ROLES`.

    `name` is empty for the roles of `policy.ROLES`, which have a name in each language. `known_permissions` are all
    that existed when it was edited: nobody has decided about a newer one.
    """

    __tablename__ = "role"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    permissions: Mapped[list[str]] = mapped_column(Json)
    known_permissions: Mapped[list[str]] = mapped_column(Json)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Staff(Base):
    """Somebody who works with the console. `email` is kept in lower case; `role` is the key of one (`roles`).

    `has_site_roles` says that they have another role at some sites (`StaffSiteRole`).
    """

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(8))
    role: Mapped[str] = mapped_column(String(32))
    is_active: Mapped[bool]
    has_site_roles: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StaffSiteRole(Base):
    """At this site somebody has this role instead of their own; an empty one: none at all."""

    __tablename__ = "staff_site_role"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(32))


class StaffSession(Base):
    """One sign-in. Only the SHA-256 of its token is kept, so that a stolen database opens nothing."""

    __tablename__ = "staff_session"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_agent: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiKey(Base):
    """A program's key to the API. It acts for `staff_id` and may do what both they and `scopes` may.

    Only the SHA-256 of the key is kept; `hint` is its beginning, by which people know it again.
    """

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    hint: Mapped[str] = mapped_column(String(16))
    scopes: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffTotp(Base):
    """The secret that somebody's authenticator app shares with us, sealed; in use once it is confirmed.

    `last_step` is the newest time step whose code was taken: no code is good twice.
    """

    __tablename__ = "staff_totp"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """A code that stands in once for the authenticator app; deleted when it is used. Only its SHA-256 is kept."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)


class StaffPasskey(Base):
    """A passkey that somebody made: its public half. `sign_count` is the newest that its authenticator told, or 0."""

    __tablename__ = "staff_passkey"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SpentChallenge(Base):
    """A challenge that an authenticator has answered, by its SHA-256, for as long as it would be good."""

    __tablename__ = "spent_challenge"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
