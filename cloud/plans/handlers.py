"""What plans do when something happens elsewhere."""

from cloud.database import UnitOfWork
from cloud.domain_events import AccessRuleRemoved
from cloud.errors import InUseError
from cloud.plans import repository


def keep_used_levels(session: UnitOfWork, event: AccessRuleRemoved) -> None:
    """An access level that plans name stays."""
    names = repository.list_names_of_level(session, event.rule_id, limit=5)
    if names:
        raise InUseError("access_level", names)
