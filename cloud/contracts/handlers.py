"""What contracts do when something happens elsewhere."""

from cloud.contracts import service
from cloud.database import UnitOfWork
from cloud.domain_events import VisitTaken


def count_visit(session: UnitOfWork, event: VisitTaken) -> None:
    """Burn the credit of a visit where the gate says that it cost one."""
    if event.spends_visit and event.contract_id is not None:
        service.count_visit(session, event.contract_id)
