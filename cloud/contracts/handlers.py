"""What contracts do when something happens elsewhere."""

from cloud.contracts import repository, service
from cloud.database import UnitOfWork
from cloud.domain_events import AccessRuleRemoved, ContractChanged, VisitTaken
from cloud.errors import InUseError
from cloud.members import states


def count_visit(session: UnitOfWork, event: VisitTaken) -> None:
    """Burn the credit of a visit where the gate says that it cost one; no gate speaks for another club's contracts.

    Any passage tells that the contract is in use, also of one that costs no credits.
    """
    contract_id = event.contract_id
    if contract_id is None or not service.is_of_site(session, contract_id, event.site_id):
        return
    repository.note_first_use(session, contract_id, event.at)
    if event.spends_visit:
        service.count_visit(session, contract_id)


def keep_used_levels(session: UnitOfWork, event: AccessRuleRemoved) -> None:
    """An access level that contracts name stays."""
    plans = repository.list_plans_of_level(session, event.rule_id, limit=5)
    if plans:
        raise InUseError("access_level", plans)


def welcome_buyer(session: UnitOfWork, event: ContractChanged) -> None:
    """Who buys a contract is a client from then on; what happens to older contracts makes nobody one."""
    if service.get(session, event.contract_id).created_at == session.now:
        states.become_client(session, event.member_id)
