"""`/healthz`: the process answers. `/readyz`: the database answers, too, and has the right schema."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from cloud.api import AppDatabase
from cloud.database import Database
from cloud.migrations import is_newest

router = APIRouter(tags=["health"])


@router.get("/healthz", include_in_schema=False)
async def tell_alive() -> dict[str, str]:
    """The process runs and its event loop turns."""
    return {"status": "alive"}


@router.get("/readyz", include_in_schema=False)
def tell_ready(database: AppDatabase) -> JSONResponse:
    """Whether requests can be served: 503 while not, for load balancers."""
    obstacle = find_obstacle(database)
    if obstacle is not None:
        return JSONResponse({"status": "not ready", "reason": obstacle}, 503)
    return JSONResponse({"status": "ready"})


def find_obstacle(database: Database) -> str | None:
    """What keeps the database from being used; None: nothing."""
    try:
        with database.engine.connect() as connection:
            is_usable = is_newest(connection)
    except SQLAlchemyError:
        return "The database does not answer."
    return None if is_usable else "The database is of another version than the program."
