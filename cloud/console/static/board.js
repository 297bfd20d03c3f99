// The board and the funnels: drag and its keys, cards that change elsewhere, columns that change with the time. A card
// moves here when the server has moved it, never before. The board says where its page and its cards are.
(() => {
  const TIMER_MIN_MS = 100;
  const TIMER_MAX_MS = 3600000;
  const NEWS_MS = 300;
  const says = document.querySelector("[data-board-says]");
  const refuses = document.querySelector("[data-board-refuses]");
  const dialog = document.getElementById("dialog");
  const board = () => document.getElementById("board");
  const cardOf = (id) => document.getElementById(`card-${id}`);
  const columns = () => [...board().querySelectorAll("[data-column]")];
  const listOf = (name) => board().querySelector(`[data-column="${name}"] ul`);
  const cardPage = (id) => `${board().dataset.cards}/${encodeURIComponent(id)}`;
  const titleOf = (name) => board().querySelector(`[data-column="${name}"] [data-title]`).textContent;
  let opened = "";
  let timer = 0;
  let ahead = Number(board().dataset.now) - Date.now(); // the server's clock before ours, in milliseconds

  const count = () => {
    for (const column of columns()) {
      column.querySelector("[data-count]").textContent = column.querySelectorAll("[data-card]").length;
    }
  };

  const insert = (card) => {
    const list = listOf(card.dataset.in);
    const order = Number(card.dataset.order);
    const next = [...list.children].find((other) => Number(other.dataset.order) > order);
    list.insertBefore(card, next ?? null);
  };

  const ask = (address, options = {}) =>
    fetch(address, { ...options, headers: { "HX-Request": "true", ...options.headers }, credentials: "same-origin" });

  // One card as it stands now: moved, changed, new, or gone. Of several questions about a card the last one counts.
  const asked = new Map();
  const refreshCard = async (id) => {
    const mine = Symbol(id);
    asked.set(id, mine);
    const answer = await ask(`${cardPage(id)}/shown?${board().dataset.query}`);
    const html = answer.status === 200 ? await answer.text() : "";
    if (!answer.ok || asked.get(id) !== mine) return;
    asked.delete(id);
    const present = cardOf(id);
    const hadFocus = present?.contains(document.activeElement);
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const card = holder.content.firstElementChild;
    if (present) present.remove();
    if (card) {
      insert(card);
      if (hadFocus) card.focus();
    }
    count();
    schedule();
  };

  // All columns anew; with `known` only if something changed since the page was made.
  const refreshBoard = async (known) => {
    const query = new URLSearchParams(board().dataset.query);
    if (known) query.set("known", known);
    const answer = await ask(`${board().dataset.page}?${query}`);
    if (answer.status !== 200) return;
    const focused = document.activeElement?.closest?.("[data-card]")?.dataset.card;
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    board().replaceWith(holder.content);
    ahead = Number(board().dataset.now) - Date.now();
    if (focused) cardOf(focused)?.focus();
    schedule();
  };

  // Cards move by themselves when their time passes and at midnight: each says until when it stands, by the server's clock.
  const schedule = () => {
    clearTimeout(timer);
    const untils = [...board().querySelectorAll("[data-until]")].map((card) => Number(card.dataset.until));
    const next = untils.reduce((least, until) => Math.min(least, until), Infinity);
    timer = setTimeout(() => refreshBoard(""), Math.max(TIMER_MIN_MS, Math.min(next - Date.now() - ahead, TIMER_MAX_MS)));
  };

  const refuse = (reason) => {
    refuses.textContent = reason;
    refuses.hidden = !reason;
  };

  const move = async (id, column) => {
    const card = cardOf(id);
    if (!card || card.dataset.in === column) return;
    refuse("");
    card.setAttribute("aria-busy", "true");
    const body = new URLSearchParams({ csrf_token: board().dataset.csrf, column });
    const answer = await ask(`${cardPage(id)}/move`, { method: "POST", body }).catch(() => null);
    card.removeAttribute("aria-busy");
    if (answer?.ok) {
      const text = board().dataset.moved.replace("{name}", card.dataset.name).replace("{column}", titleOf(column));
      await refreshCard(id);
      says.textContent = text;
    } else {
      const page = new DOMParser().parseFromString((await answer?.text()) ?? "", "text/html");
      refuse(page.querySelector(".invalid-feedback, [role=alert]")?.textContent.trim() || board().dataset.failed);
    }
  };

  const open = (id, part = "") => {
    opened = id;
    htmx.ajax("GET", `${cardPage(id)}${part}`, { target: "#dialog", swap: "innerHTML" });
  };

  document.addEventListener("dragstart", (event) => {
    const card = event.target.closest?.("[data-card]");
    if (!card) return;
    event.dataTransfer.setData("text/plain", card.dataset.card);
    event.dataTransfer.effectAllowed = "move";
    card.classList.add("is-dragged");
  });
  document.addEventListener("dragend", (event) => event.target.closest?.("[data-card]")?.classList.remove("is-dragged"));
  document.addEventListener("dragover", (event) => {
    const column = event.target.closest?.("[data-column]");
    for (const each of columns()) each.classList.toggle("is-target", each === column);
    if (column) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const column = event.target.closest?.("[data-column]");
    for (const each of columns()) each.classList.remove("is-target");
    if (!column) return;
    event.preventDefault();
    move(event.dataTransfer.getData("text/plain"), column.dataset.column);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-open], [data-move]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open(link.closest("[data-card]").dataset.card, link.dataset.move === undefined ? "" : "/move");
  });
  document.addEventListener("dblclick", (event) => {
    const card = event.target.closest("[data-card]");
    if (card?.querySelector("[data-open]") && !event.target.closest("a")) open(card.dataset.card);
  });

  const neighbour = (card, key) => {
    if (key === "ArrowDown") return card.nextElementSibling;
    if (key === "ArrowUp") return card.previousElementSibling;
    const full = columns().filter((column) => column.querySelector("[data-card]"));
    const here = full.findIndex((column) => column.contains(card));
    return full[here + (key === "ArrowRight" ? 1 : -1)]?.querySelector("[data-card]");
  };
  document.addEventListener("keydown", (event) => {
    const card = event.target;
    if (card.dataset?.card === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const column = columns()[Number(event.key) - 1];
    if (event.key.startsWith("Arrow")) {
      event.preventDefault();
      neighbour(card, event.key)?.focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      card.querySelector("a").click();
    } else if (!card.draggable) {
      return;
    } else if (event.key.toLowerCase() === "m") {
      event.preventDefault();
      open(card.dataset.card, "/move");
    } else if (column && /^[1-9]$/.test(event.key)) {
      move(card.dataset.card, column.dataset.column);
    }
  });

  // The dialog is empty once its form was accepted.
  document.addEventListener("htmx:after:swap", () => {
    if (!dialog.open || dialog.children.length) return;
    dialog.close();
    if (opened) refreshCard(opened).then(() => cardOf(opened)?.focus());
    else refreshBoard(board().dataset.newest);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-add]")) opened = "";
  });
  document.addEventListener("change", (event) => {
    if (event.target.form?.matches("[data-filters]")) event.target.form.requestSubmit();
    const fresh = event.target.name === "member_id" && event.target.form?.querySelector("[data-new-person]");
    if (fresh) fresh.hidden = event.target.value !== "";
  });

  // Many tasks may change at once, and a funnel asks for its columns once for all of them.
  let later = 0;
  const soon = (refresh) => {
    clearTimeout(later);
    later = setTimeout(refresh, NEWS_MS);
  };
  document.addEventListener("console:news", (event) => {
    const { kind, id } = event.detail;
    if (kind !== "task") return;
    if (id && board().dataset.cardsAre === "tasks") refreshCard(id);
    else if (board().dataset.cardsAre === "tasks") refreshBoard(id === undefined ? board().dataset.newest : "");
    else soon(() => refreshBoard(""));
  });
  schedule();
})();
