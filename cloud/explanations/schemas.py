"""What the API gives about the explanation of a tap."""

from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from access_policy.explanation import Explanation
from access_policy.wording import say, translate_into
from cloud.explanations.service import Explained, Obstacle


class AskedRuleOut(BaseModel):
    """A rule that was asked, in the order of asking; the last one settled the matter."""

    rule: str = Field(examples=["blocking_flag"])
    heading: str = Field(examples=["Flags"])
    refusal: str | None = Field(description="The reason for which this rule refused.")
    findings: list[str] = Field(examples=[["Flag flg_1 (dues), block: in force."]])


class DecisionOut(BaseModel):
    """A decision in words."""

    outcome: Literal["allow", "message", "block"]
    reason: str = Field(examples=["dues_overdue"])
    rule: str
    revision: int = Field(description="The state on which it is decided.")
    circumstances: list[str]
    asked: list[AskedRuleOut]

    @classmethod
    def of(cls, explanation: Explanation, language: str, zone: ZoneInfo) -> Self:
        """The decision in words of this language, times by this zone."""
        said, decision = say(explanation, translate_into(language), zone), explanation.decision
        asked = [
            AskedRuleOut(rule=one.rule, heading=one.heading, refusal=one.refusal, findings=list(one.sentences))
            for one in said.asked
        ]
        return cls(
            outcome=decision.outcome,
            reason=decision.reason,
            rule=decision.rule,
            revision=decision.revision,
            circumstances=list(said.circumstances),
            asked=asked,
        )


class ExplanationOut(BaseModel):
    """Why a tap was decided as it was, and what would be decided now."""

    event_id: int
    obstacle: Obstacle | None = Field(
        description="Why the decision cannot be made again. card_unreadable: no card was read; facts_missing: the "
        "gateway's program of then recorded no circumstances; history_gone: the state of then is no longer kept."
    )
    is_same: bool | None = Field(
        description="Whether the decision made again is the recorded one. False: the record was altered, or the "
        "gateway's program decides otherwise. None: it cannot be made again."
    )
    differences: list[str] = Field(description="The fields in which the recorded decision differs.")
    then: DecisionOut | None
    now: DecisionOut | None = Field(
        description="The same card at the same lane with today's state, whoever is inside, the lane being free."
    )

    @classmethod
    def of(cls, explained: Explained, language: str) -> Self:
        """An explanation in words of this language."""
        again, zone = explained.replay, explained.zone
        return cls(
            event_id=explained.event.id,
            obstacle=explained.obstacle,
            is_same=again.is_same if again else None,
            differences=list(again.differences) if again else [],
            then=DecisionOut.of(again.explanation, language, zone) if again else None,
            now=DecisionOut.of(explained.now, language, zone) if explained.now else None,
        )
