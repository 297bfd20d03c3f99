"""The contracts of a member as the card shows them: how they stand, what is left, what is paid and what is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cloud.access_rules.models import AccessLevel
from cloud.billing import charges, instalments
from cloud.billing.models import Charge, Instalment
from cloud.contracts import policy, service
from cloud.contracts.balance import Balance, balance_of
from cloud.contracts.models import Contract, Freeze
from cloud.contracts.policy import ContractState
from cloud.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class InstalmentView:
    """One instalment; `failed` is the last try, if that failed, `payment` what was paid last and can be taken back."""

    instalment: Instalment
    is_overdue: bool
    failed: Charge | None
    payment: Charge | None

    @property
    def open_minor(self) -> int:
        """What is still to be paid of it."""
        return self.instalment.amount_minor - self.instalment.paid_minor


@dataclass(frozen=True, slots=True)
class ContractView:
    """One contract on the card. `renewed_by` is the contract that follows it."""

    contract: Contract
    state: ContractState
    balance: Balance
    level_name: str
    instalments: Sequence[InstalmentView]
    renewed_by: Contract | None
    renews: Contract | None
    today: date

    @property
    def is_over(self) -> bool:
        """Whether nothing can happen to it any more but a renewal."""
        return self.contract.ends_on < self.today

    def may_lift(self, freeze: Freeze) -> bool:
        """Whether the freeze is not over."""
        return freeze.ends_on >= self.today


def contract_views(session: UnitOfWork, held: Sequence[Contract], today: date) -> list[ContractView]:
    """The contracts in the order given, with what belongs to them."""
    asked = instalments.list_recent(session, [contract.id for contract in held])
    tried = charges.list_of_instalments(session, [one.id for one in asked])
    level_ids = {contract.level_id for contract in held if contract.level_id}
    names = {level_id: session.get_one(AccessLevel, level_id).name for level_id in level_ids}
    by_id = {contract.id: contract for contract in held}
    successors = {contract.renews_id: contract for contract in held}
    return [
        ContractView(
            contract,
            policy.contract_state(terms := service.terms_of(contract), today),
            balance_of(terms, today),
            names.get(contract.level_id or "", ""),
            [_instalment(one, tried, today) for one in asked if one.contract_id == contract.id],
            successors.get(contract.id),
            by_id.get(contract.renews_id or ""),
            today,
        )
        for contract in held
    ]


def _instalment(instalment: Instalment, tried: Sequence[Charge], today: date) -> InstalmentView:
    own = [charge for charge in tried if charge.instalment_id == instalment.id]
    is_open = instalment.paid_at is None
    return InstalmentView(
        instalment,
        is_open and instalment.due_on < today,
        own[0] if is_open and own and own[0].outcome == "failed" else None,
        next((one for one in own if one.outcome == "succeeded" and one.reversed_at is None), None),
    )
