// The members' cards: finding one, and holding it before the chosen reader.

import { word } from "./words.js";

const problem = document.getElementById("card-problem");
const known = new Set(["card_malformed", "reader_unplugged", "unreachable"]);

/** Tell what went wrong, by its code; an empty code takes the words away. */
export function showProblem(code) {
  if (!code) problem.textContent = "";
  else problem.textContent = word(code === "invalid" ? "problem.card_malformed" : `problem.${known.has(code) ? code : "other"}`);
}

function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ё", "е");
}

function installSearch(search) {
  const count = document.getElementById("cards-count");
  const groups = [...document.querySelectorAll(".group")].map((group) => ({
    element: group,
    items: [...group.querySelectorAll("li")].map((item) => ({
      element: item,
      text: folded(`${item.textContent} ${group.dataset.note}`),
    })),
  }));
  const filter = () => {
    const parts = folded(search.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const group of groups) {
      let shownHere = 0;
      for (const item of group.items) {
        item.element.hidden = !parts.every((part) => item.text.includes(part));
        shownHere += !item.element.hidden;
      }
      group.element.hidden = shownHere === 0;
      shown += shownHere;
    }
    count.textContent = word("cards.shown", { count: shown });
  };
  search.addEventListener("input", filter);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    document.querySelector("#groups li:not([hidden]) button")?.focus();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input, textarea, select");
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    search.focus();
    search.select();
  });
  filter();
}

/** Call `tap(lane, card)` for each card that is held up. */
export function installCards(tap) {
  const lane = () => document.querySelector("input[name=lane]:checked").value;
  const form = document.getElementById("free-card");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tap(lane(), form.elements.card.value);
  });
  document.getElementById("groups")?.addEventListener("click", (event) => {
    const button = event.target.closest("[data-card]");
    if (button) tap(lane(), button.dataset.card);
  });
  const search = document.getElementById("search");
  if (search) installSearch(search);
}
