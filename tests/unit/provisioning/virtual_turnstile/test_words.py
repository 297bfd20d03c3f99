import re
from pathlib import Path
from typing import get_args

import provisioning.virtual_turnstile
from access_policy.decision import Outcome, Reason, Rule
from firmware_protocol.osdp.commands import LedColor
from gateway.domain.lane_mode import LaneMode
from gateway.domain.lane_states import LaneState
from gateway.service.passage import GrantEnd
from provisioning.demo.seed import CARD_NOTES
from provisioning.virtual_turnstile.arm import DIRECTIONS, ArmPosition
from provisioning.virtual_turnstile.words import note_words, page_words

WORDS = page_words(str)
SCRIPTS = Path(provisioning.virtual_turnstile.__file__).parent / "static"


def test_everything_that_a_gateway_or_a_lane_can_say_has_its_word() -> None:
    keys = {f"outcome.{outcome}" for outcome in get_args(Outcome)}
    keys |= {f"reason.{reason}" for reason in Reason}
    keys |= {f"rule.{rule}" for rule in Rule}
    keys |= {f"passage.{end}" for end in get_args(GrantEnd)}
    keys |= {f"color.{color.name.lower()}" for color in LedColor}
    keys |= {f"arm.{position}" for position in ArmPosition}
    keys |= {f"direction.{direction}" for direction in DIRECTIONS}
    keys |= {f"lane.{state}" for state in LaneState}
    keys |= {f"mode.{mode}" for mode in LaneMode}
    assert keys <= set(WORDS)


def test_every_word_that_the_scripts_name_exists() -> None:
    named = {
        key
        for script in SCRIPTS.glob("*.js")
        for key in re.findall(r'"([a-z]+\.[a-z_]+|none|on|off)"', script.read_text())
    }
    assert named - {"prefers.reduced"} <= set(WORDS)


def test_the_notes_of_the_demos_cards_are_words_too() -> None:
    assert set(CARD_NOTES.values()) <= set(note_words(str))
