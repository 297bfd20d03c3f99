// The page's conductor: one event stream in, people's actions out.

import { renderLane } from "./lane.js";
import { installCards, showProblem } from "./cards.js";
import { word } from "./words.js";

const live = document.getElementById("live");
const sections = new Map(
  [...document.querySelectorAll("[data-lane]")].map((section) => [section.dataset.lane, section]),
);

function setLive(isConnected) {
  live.dataset.state = isConnected ? "connected" : "lost";
  live.textContent = word(isConnected ? "live.connected" : "live.lost");
}

async function act(lane, action, body) {
  showProblem("");
  let answer;
  try {
    answer = await fetch(`/lanes/${lane}/${action}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body ?? {}),
    });
  } catch {
    showProblem("unreachable");
    return;
  }
  // What it changed comes with the event stream, in order.
  if (!answer.ok) showProblem((await answer.json()).code);
}

function installControls(section) {
  const lane = section.dataset.lane;
  for (const button of section.querySelectorAll("[data-push]")) {
    button.addEventListener("click", () => act(lane, "push", { direction: button.dataset.push }));
  }
  for (const button of section.querySelectorAll("[data-act]")) {
    const { act: action, direction } = button.dataset;
    button.addEventListener("click", () => act(lane, action, direction && { direction }));
  }
  for (const box of section.querySelectorAll("[data-switch]")) {
    box.addEventListener("change", () => act(lane, box.dataset.switch, { is_active: box.checked }));
  }
}

function listen() {
  const stream = new EventSource("/events");
  stream.addEventListener("open", () => setLive(true));
  stream.addEventListener("error", () => setLive(false));
  stream.addEventListener("lane", (event) => {
    const view = JSON.parse(event.data);
    renderLane(sections.get(view.name), view);
  });
  // A page put aside by the browser must not hold its connection.
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

for (const section of sections.values()) installControls(section);
installCards((lane, card) => act(lane, "tap", { card }));
setLive(false);
listen();
