// Draws one lane from its view: arm, lamps, decision. The reader has a file of its own.

import { renderReader } from "./reader.js";
import { word } from "./words.js";

const TURN_DEGREES = 120;
const SIGNS = { allow: "✓", message: "!", block: "✕" };
const announcer = document.getElementById("announcer");
const language = document.documentElement.lang;
const previous = new WeakMap();

function part(section, name) {
  return section.querySelector(`[data-part="${name}"]`);
}

function renderArm(section, view, before) {
  const turnstile = part(section, "turnstile");
  const { position, turning, free } = view.arm;
  turnstile.dataset.position = position;
  turnstile.dataset.free = turning ?? free[0] ?? "none";
  // A turn that is going on is counted before its pass contact is, so that the arm moves with the person.
  const turns = (view.counts.pass_in ?? 0) - (view.counts.pass_out ?? 0);
  const ahead = turning === "in" ? 1 : turning === "out" ? -1 : 0;
  part(section, "arms").style.rotate = `${(turns + ahead) * TURN_DEGREES}deg`;
  const direction = word(`direction.${turning ?? free[0] ?? "in"}`);
  const state = part(section, "arm-state");
  state.textContent = word(`arm.${position}`, { direction });
  state.dataset.position = position;
  if (before && (view.counts.bump ?? 0) > (before.counts.bump ?? 0)) bump(section);
}

// Somebody walked into the arm and it held.
function bump(section) {
  const passage = part(section, "passage");
  passage.classList.remove("bumped");
  passage.getBoundingClientRect(); // begins the animation anew
  passage.classList.add("bumped");
  announcer.textContent = `${section.dataset.title}: ${word("arm.bumped")}`;
}

function setLamp(section, name, isOn) {
  const lamp = section.querySelector(`[data-lamp="${name}"]`);
  lamp.dataset.on = isOn;
  lamp.querySelector("span").textContent = word(isOn ? "on" : "off");
}

function renderLamps(section, view) {
  setLamp(section, "relay_in", view.relays.in);
  setLamp(section, "relay_out", view.relays.out);
  setLamp(section, "ready", view.inputs.ready);
  setLamp(section, "exit", view.inputs.exit_request ?? false);
  setLamp(section, "alarm", view.inputs.alarm);
  setLamp(section, "fire", view.inputs.fire);
  setLamp(section, "tamper", view.reader.is_tampered);
  setLamp(section, "lane_link", view.is_lane_connected);
}

function renderGatewayLane(section, lane) {
  part(section, "lane-state").textContent = word(lane ? `lane.${lane.state}` : "lane.unknown");
  const mode = word(lane ? `mode.${lane.mode}` : "lane.unknown");
  const until = lane?.mode_until && new Date(lane.mode_until * 1000).toLocaleTimeString(language, { hourCycle: "h23" });
  part(section, "lane-mode").textContent = until ? word("mode.until", { mode, until }) : mode;
}

function setField(box, name, text) {
  box.querySelector(`[data-field="${name}"]`).textContent = text;
}

function passageWord({ decision, passage }) {
  if (decision.outcome === "block") return word("passage.refused");
  return word(passage?.tap_id === decision.tap_id ? `passage.${passage.end}` : "passage.waiting");
}

function renderDecision(section, view, before) {
  const { decision } = view;
  if (!decision) return;
  const box = part(section, "decision");
  setField(box, "passage", passageWord(view));
  if (before?.decision?.tap_id === decision.tap_id) return;
  box.dataset.outcome = decision.outcome;
  box.querySelector(".decision-sign").textContent = SIGNS[decision.outcome];
  const fields = {
    outcome: word(`outcome.${decision.outcome}`),
    reason: word(`reason.${decision.reason}`),
    explanation: decision.explanation,
    rule: word(`rule.${decision.rule}`),
    revision: decision.revision,
    direction: word(`direction.${decision.direction}`),
    at: new Date(decision.at).toLocaleTimeString(language, { hourCycle: "h23" }),
    decided_in_us: decision.decided_in_us.toLocaleString(language),
    flag_ids: decision.flag_ids.join(", ") || word("none"),
  };
  for (const [name, text] of Object.entries(fields)) setField(box, name, text);
  box.classList.remove("fresh");
  box.getBoundingClientRect();
  box.classList.add("fresh");
  if (before) announcer.textContent = word("announce.decision", { lane: view.title, ...fields });
}

function renderSwitches(section, view) {
  const states = {
    walk: view.walks_by_itself,
    unplug: !view.reader.is_plugged,
    tamper: view.reader.is_tampered,
    fire: view.inputs.fire,
    alarm: view.inputs.alarm,
    "out-of-order": !view.inputs.ready,
    jam: view.arm.position === "jammed",
  };
  for (const box of section.querySelectorAll("[data-switch]")) box.checked = states[box.dataset.switch];
}

/** Show the lane as `view` has it. */
export function renderLane(section, view) {
  const before = previous.get(section);
  previous.set(section, view);
  renderReader(section, view.reader, before?.counts.sound !== view.counts.sound);
  renderArm(section, view, before);
  renderLamps(section, view);
  renderGatewayLane(section, view.gateway_lane);
  renderDecision(section, view, before);
  renderSwitches(section, view);
  section.dataset.version = view.version;
}
