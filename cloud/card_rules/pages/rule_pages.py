"""The pages of the rules. A rule is looked at before it is turned on: whom it would touch is one click away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Query, Response

from cloud.access_rules import hours_text
from cloud.access_rules.hours_text import HoursTextError
from cloud.api import ReadSession, Transaction
from cloud.card_rules import cards, dry_run, policy, rules, running
from cloud.card_rules.models import CardRun
from cloud.card_rules.pages import terms
from cloud.card_rules.policy import KINDS, RuleKey, RuleKind
from cloud.card_rules.registry import FINDERS
from cloud.card_rules.rules import RuleSettings
from cloud.card_rules.schemas import RuleChange
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.errors import invalid_field, not_found
from cloud.kit.whole_numbers import parse_whole
from cloud.sites import service as sites
from cloud.tasks.pages import forms

_LINES: Final = ("amount", "action_type_id", "operator_id", "text", "days_to_complete")
_RUNS_SHOWN: Final = 30

router = APIRouter()


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule with its last run."""

    key: RuleKey
    kind: RuleKind
    settings: RuleSettings
    last_run: CardRun | None


@dataclass(frozen=True, slots=True)
class TouchedView:
    """Somebody who would get a card, and what it would say."""

    member_id: str
    name: str
    text: str


@router.get("/settings/cards")
def show_card_rules(session: ReadSession, viewer: Viewer = viewing("action_types.write")) -> Response:
    """Every rule, on or off."""
    last = running.list_last(session)
    views = [RuleView(key, KINDS[key], one, last.get(key)) for key, one in rules.list_all(session).items()]
    return render(viewer, "card_rules/settings.html", terms=terms, rules=views, write_minute=hours_text.write_minute)


@router.get("/settings/cards/{key}")
def show_card_rule(key: str, session: ReadSession, viewer: Viewer = viewing("action_types.write")) -> Response:
    """The form of a rule, as it is; one that was never set proposes a text."""
    settings, known = rules.get(session, key), _known(key)
    fields = {name: str(value) for name in _LINES if (value := getattr(settings, name)) is not None}
    fields["at"] = hours_text.write_minute(settings.minute_of_day)
    fields["text"] = settings.text or viewer.words.text(terms.TEXTS[known])
    return _form(session, viewer, known, fields | ({"is_on": "on"} if settings.is_on else {}))


@router.post("/settings/cards/{key}")
def change_card_rule_form(
    key: str, session: Transaction, form: Submission = submitting("action_types.write")
) -> Response:
    """Save the rule."""
    known = _known(key)
    with attempt(session, form.viewer.words, {"minute_of_day": "at"}) as errors:
        changes = _read(form.fields, known).model_dump(exclude_unset=True) | {"language": form.viewer.language}
        rules.change(session, form.viewer.signed_in.actor, known, changes)
    if errors:
        return _form(session, form.viewer, known, form.fields, errors)
    return go_to(form.viewer, terms.ADDRESS, notice="task_saved")


@router.get("/settings/cards/{key}/look")
def look_at_card_rule(
    key: str,
    session: ReadSession,
    viewer: Viewer = viewing("action_types.write"),
    amount: Annotated[str, Query(max_length=6)] = "",
) -> Response:
    """Whom the rule would touch now, with these days or minutes; and what it did, day by day."""
    known, settings = _known(key), rules.get(session, key)
    with attempt(session, viewer.words) as errors:
        settings = rules.with_amount(known, settings, _whole(amount) if amount else None)
    touched, is_more = _touched(session, viewer, known, settings)
    return render(
        viewer,
        "card_rules/look.html",
        terms=terms,
        rule=RuleView(known, KINDS[known], settings, None),
        has_finder=known in FINDERS,
        touched=touched,
        is_more=is_more,
        errors=errors,
        fields={"amount": amount or str(settings.amount)},
        runs=running.find_page(session, known, after=None, limit=_RUNS_SHOWN).items,
        site_names={site.id: site.name for site in sites.list_sites(session)},
    )


def _touched(
    session: UnitOfWork, viewer: Viewer, key: RuleKey, settings: RuleSettings
) -> tuple[list[TouchedView], bool]:
    if key not in FINDERS:
        return [], False
    found = dry_run.look(session, key, settings)
    text = settings.text or viewer.words.text(terms.TEXTS[key])
    return [
        TouchedView(one.cause.member_id, one.member_name, policy.fill(text, cards.words_of(one.cause, viewer.language)))
        for one in found.touched
    ], found.is_more


def _form(
    session: UnitOfWork, viewer: Viewer, key: RuleKey, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(terms.NAMES[key]),
        action=f"{terms.ADDRESS}/{key}",
        button=say(mark("Save")),
        back=terms.ADDRESS,
        back_text=say(mark("Back to the automatic cards")),
        body="card_rules/rule_fields.html",
        history=("card_rule", key),
    )
    choices = forms.choices(session, viewer.words)
    return show(viewer, sheet, fields, errors, key=key, kind=KINDS[key], terms=terms, choices=choices)


def _read(fields: Mapping[str, str], key: RuleKey) -> RuleChange:
    values: dict[str, Any] = {name: fields.get(name) or None for name in _LINES}
    values |= {"is_on": "is_on" in fields, "text": fields.get("text", "")}
    if KINDS[key].unit == "none":
        values["amount"] = 0
    if KINDS[key].rhythm == "daily":
        try:
            values["minute_of_day"] = hours_text.parse_minute(fields.get("at", "")) % policy.MINUTES_OF_DAY
        except HoursTextError as error:
            raise invalid_field("minute_of_day", "time_wrong", "Use a time of day.") from error
    return RuleChange.model_validate(values)


def _whole(text: str) -> int:
    number = parse_whole(text)
    if number is None:
        raise invalid_field("amount", "int_parsing", "Use a whole number.")
    return number


def _known(key: str) -> RuleKey:
    if key not in KINDS:
        raise not_found("card_rule", key)
    return cast("RuleKey", key)
