"""The telephone exchanges that may tell of calls, each with its secret."""

import secrets
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.kit.sealed_secrets import open_secret, seal_secret
from cloud.phone_calls.models import PhoneExchange
from cloud.sites import service as sites

EXCHANGES_MAX: Final = 20
_SECRET_BYTES: Final = 32


def create(session: UnitOfWork, actor: Actor, key: bytes, site_id: str, name: str) -> tuple[PhoneExchange, str]:
    """Let another exchange tell of calls; returns it with its secret, which nobody is shown again.

    Args:
        key: the service's own key, under which the secret is sealed.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: the name is taken.
        ConflictError: there are 20 exchanges.
    """
    sites.get_site(session, site_id)
    known = list_all(session)
    if len(known) >= EXCHANGES_MAX:
        raise ConflictError("too_many", f"There are {EXCHANGES_MAX} exchanges already.")
    if any(each.name == name for each in known):
        raise invalid_field("name", "exchange_name_taken", "Another exchange has the name already.")
    secret, exchange_id = secrets.token_urlsafe(_SECRET_BYTES), new_id("pex")
    exchange = PhoneExchange(
        id=exchange_id,
        site_id=site_id,
        name=name,
        secret_sealed=seal_secret(key, secret.encode(), _place(exchange_id)),
        created_at=session.now,
    )
    session.add(exchange)
    session.flush()
    after = {"site_id": site_id, "name": name}
    audit.record(session, actor, "phone_exchange.create", entity=("phone_exchange", exchange_id), after=after)
    return exchange, secret


def withdraw(session: UnitOfWork, actor: Actor, exchange_id: str) -> PhoneExchange:
    """Believe an exchange no more; its calls stay.

    Raises:
        NotFoundError: there is no such exchange.
        ConflictError: it is withdrawn already.
    """
    exchange = get(session, exchange_id)
    if exchange.withdrawn_at is not None:
        raise ConflictError("exchange_withdrawn", "The exchange is withdrawn already.")
    exchange.withdrawn_at = session.now
    session.flush()
    audit.record(session, actor, "phone_exchange.withdraw", entity=("phone_exchange", exchange_id))
    return exchange


def get(session: UnitOfWork, exchange_id: str) -> PhoneExchange:
    """One exchange.

    Raises:
        NotFoundError: there is none with this id.
    """
    exchange = session.get(PhoneExchange, exchange_id)
    if exchange is None:
        raise not_found("phone_exchange", exchange_id)
    return exchange


def list_all(session: UnitOfWork) -> Sequence[PhoneExchange]:
    """Every exchange (at most 20) by name, withdrawn ones too."""
    return session.scalars(select(PhoneExchange).order_by(PhoneExchange.name)).all()


def secret_of(exchange: PhoneExchange, key: bytes) -> str:
    """The exchange's secret.

    Raises:
        UnsealError: the service's key is not the one that it was sealed under.
    """
    return open_secret(key, exchange.secret_sealed, _place(exchange.id)).decode()


def _place(exchange_id: str) -> str:
    return f"phone_exchange/{exchange_id}/secret"
