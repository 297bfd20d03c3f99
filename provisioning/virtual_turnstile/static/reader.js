// Draws a reader from its view: the light with its blinking and its time left, the buzzer, the display.

import { word } from "./words.js";

const timers = new WeakMap();
const still = matchMedia("(prefers-reduced-motion: reduce)");

function part(section, name) {
  return section.querySelector(`[data-part="${name}"]`);
}

function renderLight(section, light) {
  const element = part(section, "light");
  const isBlinking = light.on_ms > 0 && light.off_ms > 0 && light.on_color !== light.off_color;
  const shown = light.on_ms === 0 && light.off_ms > 0 ? light.off_color : light.on_color;
  element.dataset.color = shown;
  const key = JSON.stringify([light.on_color, light.off_color, light.on_ms, light.off_ms, isBlinking]);
  if (element.dataset.pattern !== key) {
    element.dataset.pattern = key;
    for (const animation of element.getAnimations()) animation.cancel();
    if (isBlinking && !still.matches) blink(element, light);
  }
  showWords(section, shown, light, isBlinking);
}

function blink(element, light) {
  const total = light.on_ms + light.off_ms;
  const offset = light.on_ms / total;
  const color = (name) => getComputedStyle(element).getPropertyValue(`--light-${name}`);
  const on = { backgroundColor: color(light.on_color) };
  const off = { backgroundColor: color(light.off_color), boxShadow: "none" };
  element.animate(
    [{ ...on, offset: 0 }, { ...on, offset }, { ...off, offset }, { ...off, offset: 1 }],
    { duration: total, iterations: Infinity },
  );
}

function showWords(section, shown, light, isBlinking) {
  const target = part(section, "light-words");
  const color = word(`color.${shown}`);
  const pattern = isBlinking ? word("light.blinking", { color }) : color;
  clearInterval(timers.get(target));
  if (light.remaining_ms === null) {
    target.textContent = pattern;
    return;
  }
  const end = performance.now() + light.remaining_ms;
  const tick = () => {
    const seconds = Math.max(0, (end - performance.now()) / 1000).toFixed(1);
    target.textContent = word("light.timed", { light: pattern, seconds });
  };
  tick();
  timers.set(target, setInterval(tick, 200));
}

function renderSound(section, sound, isNew) {
  const buzzer = part(section, "buzzer");
  const words = part(section, "sound-words");
  buzzer.dataset.sounding = sound.is_sounding;
  if (!sound.is_sounding) {
    for (const animation of buzzer.getAnimations({ subtree: true })) animation.cancel();
    words.textContent = word("sound.silent");
    return;
  }
  words.textContent = sound.repeat_count ? word("sound.pulses", { count: sound.repeat_count }) : word("sound.endless");
  if (!isNew || still.matches) return;
  for (const [index, ring] of [...buzzer.children].entries()) {
    ring.animate(
      [{ opacity: 0, scale: 0.4 }, { opacity: 1, scale: 0.7 + index * 0.35, offset: 0.3 }, { opacity: 0, scale: 1 + index * 0.5 }],
      { duration: sound.on_ms + sound.off_ms, iterations: sound.repeat_count || Infinity, delay: index * 40 },
    );
  }
}

function renderDisplay(section, reader) {
  const display = part(section, "display");
  display.dataset.temporary = reader.is_text_temporary;
  display.setAttribute("aria-label", reader.lines.map((line) => line.trim()).filter(Boolean).join(" / ") || "–");
  const rows = display.querySelectorAll(".display-line");
  reader.lines.forEach((line, row) => {
    const characters = [...line];
    rows[row].querySelectorAll(".cell").forEach((cell, column) => {
      const character = characters[column] ?? " ";
      if (cell.textContent !== character) cell.textContent = character;
    });
  });
}

/** Show the reader; `isNewSound` when the buzzer was given a new order. */
export function renderReader(section, reader, isNewSound) {
  const state = !reader.is_plugged ? "unplugged" : !reader.is_online ? "offline" : reader.is_secure ? "secure" : "plain";
  part(section, "reader").dataset.state = state;
  part(section, "reader-state").textContent = word(`reader.${state}`);
  renderLight(section, reader.light);
  renderSound(section, reader.sound, isNewSound);
  renderDisplay(section, reader);
}
