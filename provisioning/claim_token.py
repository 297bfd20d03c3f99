"""A claim token straight into the database, for whoever sets a site up before there is staff."""

from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from cloud import bus
from cloud.audit.service import Actor
from cloud.database import Database
from cloud.enrolment import service
from cloud.enrolment.authority import OnlineAuthority
from cloud.enrolment.service import NewToken
from cloud.errors import CloudError, not_found
from cloud.sites import service as sites
from provisioning.authority import ProvisioningRefusedError


def create_claim_token(database_url: str, site_id: str, lane_id: str, authority: OnlineAuthority) -> NewToken:
    """Allow one gateway to be enrolled at a lane of a site.

    Raises:
        ProvisioningRefusedError: the database cannot be used, or has no such lane.
    """
    actor = Actor("system", "tornello-provision")
    try:
        _check_database(database_url)
        with closing(Database(database_url, dispatch=bus.dispatch)) as database, database.transaction() as session:
            if sites.get_lane(session, lane_id).site_id != site_id:
                raise not_found("lane", lane_id)
            return service.create_claim_token(session, actor, lane_id, authority)
    except CloudError as error:
        raise ProvisioningRefusedError(error.detail) from error
    except SQLAlchemyError as error:
        raise ProvisioningRefusedError(f"the database cannot be used: {getattr(error, 'orig', error)}") from error


def _check_database(database_url: str) -> None:
    """To connect would make an empty SQLite file where there is none."""
    url = make_url(database_url)
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ProvisioningRefusedError("the database's URL must begin with sqlite:/// or postgresql://")
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise ProvisioningRefusedError(f"there is no database {url.database}: `tornello-cloud migrate` makes one")
