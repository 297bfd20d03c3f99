"""Action types and outcomes: names, the one default, what is attached, what is obsolete."""

import pytest

from cloud.action_types import outcomes, service
from cloud.action_types.outcomes import OutcomeDetails
from cloud.action_types.policy import StateClass
from cloud.action_types.service import ActionTypeDetails
from cloud.audit.models import AuditEntry
from cloud.errors import InvalidError, NotFoundError
from tests.club import Club

OUTCOMES: tuple[tuple[str, StateClass], ...] = (
    ("Lost", "closed_negative"),
    ("Won", "closed_positive"),
    ("Called", "in_progress"),
    ("New", "to_start"),
)


def test_a_type_keeps_all_that_it_was_given(club: Club) -> None:
    """Features 115, 116, 119, 122, 123, 124."""
    details = ActionTypeDetails(
        name="Certificate",
        colour="red",
        description="Ask for the certificate",
        action_at_access="message_and_block",
        device_kinds=["turnstile"],
        texts={"en": "{first_name}, see us", "it": "{first_name}, in reception", "ru": "{first_name}, на ресепшн"},
        operator_hint="Ask for the paper",
    )
    with club.database.transaction() as session:
        type_id = service.create(session, club.actor, details).id
    with club.database.session() as session:
        kept = service.details_of(session, service.get(session, type_id))
    assert kept["colour"] == "red"
    assert kept["device_kinds"] == ["turnstile"]
    assert kept["texts"] == dict(details.texts)
    assert (kept["description"], kept["operator_hint"]) == (details.description, details.operator_hint)


def test_the_first_type_is_the_default_and_there_is_only_one(club: Club) -> None:
    """Feature 118."""
    with club.database.transaction() as session:
        first = service.create(session, club.actor, ActionTypeDetails(name="Call"))
        second = service.create(session, club.actor, ActionTypeDetails(name="Visit"))
        assert (first.is_default, second.is_default) == (True, False)
        service.change(session, club.actor, second.id, {"is_default": True})
        assert (first.is_default, second.is_default) == (False, True)
        assert [each.name for each in service.list_usable(session)] == ["Visit", "Call"]


def test_an_obsolete_type_is_kept_and_not_offered(club: Club) -> None:
    """Feature 117."""
    with club.database.transaction() as session:
        service.create(session, club.actor, ActionTypeDetails(name="Call"))
        old = service.create(session, club.actor, ActionTypeDetails(name="Green pass"))
        service.change(session, club.actor, old.id, {"is_obsolete": True})
        assert [each.name for each in service.list_usable(session)] == ["Call"]
        assert [each.name for each in service.list_all(session)] == ["Call", "Green pass"]


@pytest.mark.parametrize(
    "details",
    [
        ActionTypeDetails(name="Call"),
        ActionTypeDetails(name="Old", is_default=True, is_obsolete=True),
        ActionTypeDetails(name="New", outcome_ids=["out_unknown"]),
    ],
    ids=["name taken", "obsolete default", "unknown outcome"],
)
def test_a_type_that_cannot_be_is_refused(club: Club, details: ActionTypeDetails) -> None:
    with club.database.transaction() as session:
        service.create(session, club.actor, ActionTypeDetails(name="Call"))
        with pytest.raises(InvalidError):
            service.create(session, club.actor, details)


def test_outcomes_are_attached_in_the_order_of_their_classes(club: Club) -> None:
    """Features 125, 126, 127, 128."""
    with club.database.transaction() as session:
        made = [
            outcomes.create(session, club.actor, OutcomeDetails(name=name, state_class=state_class))
            for name, state_class in OUTCOMES
        ]
        details = ActionTypeDetails(name="Call", outcome_ids=[outcome.id for outcome in made])
        call = service.create(session, club.actor, details)
        bare = service.create(session, club.actor, ActionTypeDetails(name="Bare"))
        attached = service.outcomes_of(session, [call.id, bare.id])
        assert [outcome.name for outcome in attached[call.id]] == ["New", "Called", "Won", "Lost"]
        assert attached[bare.id] == []
        service.change(session, club.actor, call.id, {"outcome_ids": [made[0].id]})
        assert [outcome.name for outcome in service.outcomes_of(session, [call.id])[call.id]] == ["Lost"]


def test_only_an_outcome_that_closes_keeps_the_block(club: Club) -> None:
    with club.database.transaction() as session:
        with pytest.raises(InvalidError):
            outcomes.create(
                session, club.actor, OutcomeDetails(name="Called", state_class="in_progress", keeps_block=True)
            )
        lost = outcomes.create(
            session, club.actor, OutcomeDetails(name="Lost", state_class="closed_negative", keeps_block=True)
        )
        with pytest.raises(InvalidError):
            outcomes.change(session, club.actor, lost.id, {"state_class": "to_start"})
        assert lost.state_class == "closed_negative"
        with pytest.raises(InvalidError):
            outcomes.create(session, club.actor, OutcomeDetails(name="Lost", state_class="to_start"))


def test_every_change_is_in_the_audit_log(club: Club) -> None:
    with club.database.transaction() as session:
        call = service.create(session, club.actor, ActionTypeDetails(name="Call"))
        service.change(session, club.actor, call.id, {"colour": "red"})
        service.change(session, club.actor, call.id, {"colour": "red"})
        with pytest.raises(NotFoundError):
            service.change(session, club.actor, "aty_unknown", {})
    with club.database.session() as session:
        entries = session.query(AuditEntry).filter_by(entity_id=call.id).order_by(AuditEntry.seq).all()
        assert [(entry.action, entry.before) for entry in entries] == [
            ("action_type.create", None),
            ("action_type.change", {"colour": "blue"}),
        ]
