"""What the API takes and gives about action types and outcomes."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from access_policy.zone import DeviceKind
from cloud.action_types import policy
from cloud.action_types.models import ActionType, Outcome
from cloud.action_types.policy import ActionAtAccess, Colour, StateClass
from cloud.kit.i18n import Language
from cloud.kit.text_fields import Line

Name = Annotated[Line, StringConstraints(min_length=1, max_length=policy.NAME_CHARACTERS_MAX)]
MessageText = Annotated[
    Line,
    StringConstraints(min_length=1, max_length=policy.DISPLAY_CHARACTERS_MAX),
    AfterValidator(policy.check_template),
]
OutcomeId = Annotated[Line, StringConstraints(min_length=1, max_length=24)]


class ActionTypeIn(BaseModel):
    """An action type to add."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Renewal call"])
    colour: Colour = "blue"
    is_obsolete: bool = Field(default=False, description="Kept for the history; nobody begins a task of it.")
    is_default: bool = Field(default=False, description="Chosen beforehand in the form of a new task.")
    description: Annotated[Line, StringConstraints(max_length=500)] = ""
    action_at_access: ActionAtAccess = Field(default="none", description="What an open task of it does at the gate.")
    device_kinds: list[DeviceKind] = Field(default=[], max_length=8, description="None: every kind.")
    texts: dict[Language, MessageText] = Field(
        default={},
        description="What the display shows, by language, with {first_name}, {last_name}, {complete_by}.",
        examples=[{"en": "{first_name}, please see the front desk"}],
    )
    operator_hint: Annotated[Line, StringConstraints(max_length=300)] = Field(
        default="", description="What the front desk is told while the person stands at the gate."
    )
    outcome_ids: list[OutcomeId] = Field(default=[], max_length=policy.OUTCOMES_MAX)


class ActionTypeChange(ActionTypeIn):
    """What to change of a type; what is left out stays."""

    name: Name = "-"


class OutcomeIn(BaseModel):
    """An outcome to add."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Renewed"])
    state_class: StateClass
    keeps_block: bool = Field(default=False, description="What the type does at the gate goes on after this closing.")
    is_obsolete: bool = False


class OutcomeChange(OutcomeIn):
    """What to change of an outcome; what is left out stays."""

    name: Name = "-"
    state_class: StateClass = "to_start"


class OutcomeOut(BaseModel):
    """An outcome."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["out_06f3v7q8x0k2m4n6p8r0"])
    name: str
    state_class: str
    keeps_block: bool
    is_obsolete: bool


class ActionTypeOut(BaseModel):
    """An action type with its outcomes."""

    id: str = Field(examples=["aty_06f3v7q8x0k2m4n6p8r0"])
    name: str
    colour: str
    is_obsolete: bool
    is_default: bool
    description: str
    action_at_access: str
    device_kinds: list[str]
    texts: dict[str, str]
    operator_hint: str
    outcomes: list[OutcomeOut]
    has_no_closing_outcome: bool = Field(description="A warning: nothing can be chosen when a task of it is closed.")

    @classmethod
    def of(cls, action_type: ActionType, outcomes: list[Outcome]) -> "ActionTypeOut":
        """A type with the outcomes attached to it."""
        names = set(cls.model_fields) - {"outcomes", "has_no_closing_outcome"}
        known: dict[str, Any] = {name: getattr(action_type, name) for name in names}
        return cls(
            **known,
            outcomes=[OutcomeOut.model_validate(outcome) for outcome in outcomes],
            has_no_closing_outcome=not any(each.state_class in policy.CLOSED_CLASSES for each in outcomes),
        )
