"""Laws of the policy, over any state of a member."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from access_policy.credential import Credential
from access_policy.decide import decide
from access_policy.decision import Reason
from access_policy.entitlement import Entitlement, EntitlementWindow, TimeSpan
from access_policy.facts import TapFacts
from access_policy.flags import Flag
from access_policy.gate_view import GateView
from access_policy.site_policy import SiteRules, plain_policy

NOW = 50_000_000
moments = st.integers(NOW - 10_000_000, NOW + 10_000_000)
spans = st.builds(TimeSpan, moments, moments)
windows = st.builds(
    EntitlementWindow,
    st.sampled_from(["ctr_a", "ctr_b"]),
    moments,
    moments,
    st.lists(spans, max_size=2).map(tuple),
    st.none() | st.integers(0, 3),
)
flags = st.builds(
    Flag,
    st.sampled_from(["flg_a", "flg_b", "flg_c"]),
    st.just("mem_a"),
    st.sampled_from(["task", "dues", "certificate", "freeze", "black_list", "manual"]),
    st.sampled_from(["message", "block"]),
    st.integers(0, 2),
    st.sampled_from([(), ("turnstile",), ("locker",)]),
    st.just({}),
    st.none() | moments,
    st.none() | moments,
)
views = st.builds(
    GateView,
    st.none() | st.builds(Credential, st.just("00"), st.just("mem_a"), st.sampled_from(["active", "lost", "revoked"])),
    st.none()
    | st.builds(
        Entitlement, st.just("mem_a"), st.just("Anna"), st.just("it"), st.lists(windows, max_size=3).map(tuple)
    ),
    st.lists(flags, max_size=3, unique_by=lambda flag: flag.flag_id).map(tuple),
    st.none() | st.just(plain_policy(SiteRules("sit_a", "Club", "Europe/Rome", "it", 30))),
    st.just(1),
    st.none() | moments,
)
contexts = st.builds(
    TapFacts,
    st.just("lan_a"),
    st.sampled_from(["in", "out"]),
    st.sampled_from(["free", "busy", "not_ready", "locked", "lockdown"]),
    st.just(NOW),
    st.booleans(),
    st.dictionaries(st.sampled_from(["ctr_a", "ctr_b"]), st.integers(0, 3)),
)


@given(views, contexts)
def test_a_grant_rests_on_a_known_active_credential_and_a_running_contract(view: GateView, tap: TapFacts) -> None:
    decision = decide(view, tap)
    if not decision.is_granted:
        assert decision.reason is not Reason.GRANTED
        assert decision.contract_id is None
        assert not decision.spends_visit
        return
    assert view.site is not None
    assert view.credential is not None
    assert view.credential.status == "active"
    assert tap.lane == "free"
    assert view.entitlement is not None
    used = [window for window in view.entitlement.windows if window.contract_id == decision.contract_id]
    assert any(window.contains(NOW) and not window.is_frozen(NOW) for window in used)


@given(views, contexts)
def test_a_block_in_force_is_never_outvoted(view: GateView, tap: TapFacts) -> None:
    if any(flag.effect == "block" and flag.bearing_on("turnstile", NOW) == "in_force" for flag in view.flags):
        assert not decide(view, tap).is_granted


@given(views, contexts, flags)
def test_one_more_flag_never_lets_anybody_in_who_was_refused(view: GateView, tap: TapFacts, more: Flag) -> None:
    if not decide(view, tap).is_granted:
        assert not decide(replace(view, flags=(*view.flags, more)), tap).is_granted


@given(views, contexts)
def test_doubt_about_the_time_never_lets_anybody_in_who_was_refused(view: GateView, tap: TapFacts) -> None:
    sure, unsure = replace(tap, is_clock_trusted=True), replace(tap, is_clock_trusted=False)
    assert decide(view, sure).is_granted or not decide(view, unsure).is_granted
