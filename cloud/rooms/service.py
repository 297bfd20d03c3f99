"""Add and change the rooms of a site."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import func, select

from cloud.access_rules import zones
from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.listing import page_by_id
from cloud.rooms.models import Room
from cloud.sites import service as sites

ROOMS_MAX: Final = 100
SEATS_MAX: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomDetails:
    """What a room is; the attributes are those of `models.Room`."""

    name: str
    seats: int = 10
    zone_id: str | None = None
    is_obsolete: bool = False


def create(session: UnitOfWork, actor: Actor, site_id: str, details: RoomDetails) -> Room:
    """Add a room to a site.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: the name is taken, or the zone is not of the site.
        ConflictError: the site has 100 rooms.
    """
    sites.get_site(session, site_id)
    if (session.scalar(select(func.count()).where(Room.site_id == site_id)) or 0) >= ROOMS_MAX:
        raise ConflictError("too_many", f"The site has {ROOMS_MAX} rooms already.")
    _check(session, site_id, asdict(details), None)
    room = Room(id=new_id("rom"), site_id=site_id, created_at=session.now, **asdict(details))
    session.add(room)
    session.flush()
    audit.record(session, actor, "room.create", entity=("room", room.id), after=asdict(details))
    return room


def change(session: UnitOfWork, actor: Actor, room_id: str, changes: Mapping[str, Any]) -> Room:
    """Change some of `RoomDetails`' attributes; sessions that are planned keep their seats and their zone.

    Raises:
        NotFoundError: there is no such room.
        InvalidError: the name is taken, or the zone is not of the site.
    """
    room = get(session, room_id)
    told = {name: value for name, value in changes.items() if getattr(room, name) != value}
    if not told:
        return room
    _check(session, room.site_id, told, room_id)
    before = {name: getattr(room, name) for name in told}
    for name, value in told.items():
        setattr(room, name, value)
    session.flush()
    audit.record(session, actor, "room.change", entity=("room", room_id), before=before, after=told)
    return room


def get(session: UnitOfWork, room_id: str) -> Room:
    """One room.

    Raises:
        NotFoundError: there is none with this id.
    """
    room = session.get(Room, room_id)
    if room is None:
        raise not_found("room", room_id)
    return room


def lock(session: UnitOfWork, room_id: str) -> Room | None:
    """The room for this transaction alone: two sessions are not planned into it at the same time."""
    query = select(Room).where(Room.id == room_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def list_of_site(session: UnitOfWork, site_id: str) -> Sequence[Room]:
    """The rooms of a site (at most 100) by name, the obsolete ones last."""
    query = select(Room).where(Room.site_id == site_id)
    return session.scalars(query.order_by(Room.is_obsolete, Room.name, Room.id)).all()


def names_of(session: UnitOfWork, room_ids: Collection[str]) -> dict[str, str]:
    """The names behind some ids of rooms."""
    if not room_ids:
        return {}
    return {room.id: room.name for room in session.scalars(select(Room).where(Room.id.in_(room_ids)))}


def names_of_zone(session: UnitOfWork, zone_id: str, *, limit: int) -> Sequence[str]:
    """The names of some rooms in a zone."""
    return session.scalars(select(Room.name).where(Room.zone_id == zone_id).order_by(Room.name).limit(limit)).all()


def find_page(session: UnitOfWork, site_id: str, *, after: str | None, limit: int) -> Page[Room]:
    """The rooms of a site, the oldest first.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: `after` is no cursor of this list.
    """
    sites.get_site(session, site_id)
    query = select(Room).where(Room.site_id == site_id)
    return page_by_id(session, query, Room.id, after=after, limit=limit, is_newest_first=False)


def _check(session: UnitOfWork, site_id: str, values: Mapping[str, Any], own_id: str | None) -> None:
    if "name" in values:
        rival = session.scalar(select(Room.id).where(Room.site_id == site_id, Room.name == values["name"]))
        if rival is not None and rival != own_id:
            raise invalid_field("name", "name_taken", "Another room has the name already.")
    if values.get("zone_id") is not None:
        zones.check_zone(session, "zone_id", values["zone_id"], site_id)
