"""The words that the page's script puts together while it runs, by the codes that come from gateway and lane."""

from collections.abc import Callable

Gettext = Callable[[str], str]


def page_words(_: Gettext) -> dict[str, str]:
    """Every word by its key, in one language; `{name}` is filled in by the script."""
    return {
        **_decision_words(_),
        **_rule_words(_),
        **_turnstile_words(_),
        **_lane_words(_),
        **_mode_words(_),
        **_problem_words(_),
    }


def note_words(_: Gettext) -> dict[str, str]:
    """The notes that the demo writes on members' cards; other notes are shown as they are written."""
    return {
        "": _("Other members"),
        "Good": _("Good"),
        "Ends within a week": _("Ends within a week"),
        "Visit pack": _("Visit pack"),
        "Last visit of a pack": _("Last visit of a pack"),
        "Dues are due": _("Dues are due"),
        "Dues overdue": _("Dues overdue"),
        "Frozen": _("Frozen"),
        "Expired": _("Expired"),
        "Visit pack used up": _("Visit pack used up"),
    }


def _decision_words(_: Gettext) -> dict[str, str]:
    return {
        "outcome.allow": _("Allowed"),
        "outcome.message": _("Allowed, with a message"),
        "outcome.block": _("Blocked"),
        "reason.granted": _("granted"),
        "reason.credential_not_found": _("unknown card"),
        "reason.credential_not_enabled": _("card not enabled"),
        "reason.credential_not_active": _("membership not begun yet"),
        "reason.credential_expired": _("membership over"),
        "reason.membership_frozen": _("membership frozen"),
        "reason.no_visits_left": _("no visits left"),
        "reason.no_entitlement": _("no contract"),
        "reason.flagged_by_staff": _("stopped by the staff"),
        "reason.dues_overdue": _("dues overdue"),
        "reason.certificate_missing": _("medical certificate missing"),
        "reason.black_listed": _("on the black list"),
        "reason.lease_expired": _("too long without the cloud"),
        "reason.clock_untrusted": _("the clock cannot be trusted"),
        "reason.site_unknown": _("the gateway knows nothing yet"),
        "reason.invalid_pin": _("wrong PIN"),
        "reason.pin_missing": _("PIN missing"),
        "reason.pin_held_off": _("too many wrong PINs"),
        "reason.not_permitted_at_this_time": _("not at this hour"),
        "reason.antipassback_violation": _("inside already"),
        "reason.no_booking": _("no booking"),
        "reason.zone_not_permitted": _("area not included"),
        "reason.zone_full": _("area full"),
        "reason.no_staff_inside": _("no staff inside yet"),
        "reason.lane_locked": _("lane locked by the staff"),
        "reason.lane_busy": _("somebody is passing"),
        "reason.lane_not_ready": _("the turnstile is not ready"),
        "reason.credential_unreadable": _("card not read"),
        "passage.refused": _("not granted"),
        "passage.waiting": _("awaited"),
        "passage.taken": _("walked through"),
        "passage.not_taken": _("nobody walked through"),
        "passage.replaced": _("overtaken by another card"),
    }


def _rule_words(_: Gettext) -> dict[str, str]:
    return {
        "rule.no_state_yet": _("no state yet"),
        "rule.unknown_credential": _("unknown credential"),
        "rule.blocking_flag": _("blocking flag"),
        "rule.credential_status": _("status of the credential"),
        "rule.no_contract": _("no contract"),
        "rule.clock": _("clock"),
        "rule.lease": _("lease"),
        "rule.contract_window": _("time of the contract"),
        "rule.contract_freeze": _("freeze of the contract"),
        "rule.contract_visits": _("visits of the contract"),
        "rule.pin": _("PIN"),
        "rule.lane_mode": _("mode of the lane"),
        "rule.exit": _("free way out"),
        "rule.contract_zone": _("areas of the contract"),
        "rule.contract_hours": _("hours of the contract"),
        "rule.contract_booking": _("booking"),
        "rule.first_person_in": _("first person in"),
        "rule.anti_passback": _("anti-passback"),
        "rule.occupancy": _("people inside"),
        "rule.role": _("role of the person"),
        "rule.guest": _("guest of a member"),
        "rule.lane_condition": _("condition of the lane"),
        "rule.card_parity": _("parity of the card"),
        "rule.card_format": _("format of the card"),
        "rule.contract": _("contract"),
        "rule.message_flag": _("flag with a message"),
    }


def _turnstile_words(_: Gettext) -> dict[str, str]:
    return {
        "direction.in": _("in"),
        "direction.out": _("out"),
        "none": _("none"),
        "on": _("on"),
        "off": _("off"),
        "color.black": _("dark"),
        "color.red": _("red"),
        "color.green": _("green"),
        "color.amber": _("amber"),
        "color.blue": _("blue"),
        "color.magenta": _("magenta"),
        "color.cyan": _("cyan"),
        "color.white": _("white"),
        "light.blinking": _("{color}, blinking"),
        "light.timed": _("{light}, {seconds} s left"),
        "sound.silent": _("silent"),
        "sound.pulses": _("{count} × beep"),
        "sound.endless": _("beeping"),
        "reader.secure": _("Online, encrypted"),
        "reader.plain": _("Online, not encrypted"),
        "reader.offline": _("No gateway on the wire"),
        "reader.unplugged": _("Unplugged"),
        "arm.locked": _("Locked"),
        "arm.free": _("Free: {direction}"),
        "arm.turning": _("Turning: {direction}"),
        "arm.dropped": _("Dropped: fire alarm"),
        "arm.jammed": _("Jammed"),
        "arm.bumped": _("The arm holds: locked"),
        "live.connected": _("Live"),
        "live.lost": _("The turnstile does not answer; trying again"),
        "cards.shown": _("Members shown: {count}"),
        "announce.decision": _("{lane}: {outcome}, {reason}"),
    }


def _lane_words(_: Gettext) -> dict[str, str]:
    """What the gateway says that the lane is doing."""
    return {
        "lane.unknown": _("not known"),
        "lane.locked": _("at rest"),
        "lane.unlocked_in": _("waits for somebody to go in"),
        "lane.unlocked_out": _("waits for somebody to go out"),
        "lane.passing_in": _("somebody goes in"),
        "lane.passing_out": _("somebody goes out"),
        "lane.queued_in": _("somebody passes, the next goes in"),
        "lane.queued_out": _("somebody passes, the next goes out"),
        "lane.settling_in": _("somebody has gone in"),
        "lane.settling_out": _("somebody has gone out"),
        "lane.forced": _("somebody passes without a grant"),
        "lane.free_passage": _("free passage"),
        "lane.evacuation": _("open for everybody to get out"),
        "lane.jammed": _("jammed"),
        "lane.held": _("held open"),
        "lane.blocked": _("stopped by an alarm"),
        "lane.fault": _("out of order"),
    }


def _mode_words(_: Gettext) -> dict[str, str]:
    """What staff have told the lane to be."""
    return {
        "mode.normal": _("normal"),
        "mode.free_passage_in": _("free passage, way in"),
        "mode.free_passage_out": _("free passage, way out"),
        "mode.free_passage": _("free passage"),
        "mode.locked": _("locked but for the staff"),
        "mode.lockdown": _("lockdown"),
        "mode.evacuation": _("evacuation"),
        "mode.until": _("{mode}, until {until}"),
    }


def _problem_words(_: Gettext) -> dict[str, str]:
    return {
        "problem.card_malformed": _("A card number has the form facility:number, like 77:10001."),
        "problem.reader_unplugged": _("The reader is unplugged."),
        "problem.unreachable": _("The turnstile does not answer."),
        "problem.other": _("That did not work."),
    }
