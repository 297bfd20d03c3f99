// The one event stream of this browser tab. It is closed while the tab is hidden, so that many tabs never use up the
// browser's connections, and resumes behind the last event it saw. Elements say with data-live what they follow:
// "feed" takes the rows themselves, the others fetch themselves anew (hx-trigger="live") when their kind happens.
(() => {
  const FEED_ROWS_MAX = 100;
  const RETRY_MIN_MS = 3000;
  const RETRY_MAX_MS = 60000;
  const lamp = document.querySelector("[data-live-lamp]");
  const start = document.body.dataset.streamAfter;
  if (start === undefined) return;
  let source = null;
  let lastId = start;
  let retry = 0;
  let retryMs = RETRY_MIN_MS;

  const light = (state) => {
    if (!lamp) return;
    lamp.dataset.state = state;
    lamp.textContent = lamp.dataset[state];
  };

  const refresh = (kind, id) => {
    for (const element of document.querySelectorAll(`[data-live~="${kind}"]`)) {
      const wanted = element.dataset.liveId;
      if (!wanted || !id || wanted === id) htmx.trigger(element, "live");
    }
    document.dispatchEvent(new CustomEvent("console:news", { detail: { kind, id } }));
  };

  const takeRow = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const row = holder.content.firstElementChild;
    const present = document.getElementById(row.id);
    for (const feed of document.querySelectorAll('[data-live~="feed"]')) {
      if (present) {
        present.replaceWith(row);
      } else {
        row.classList.add("is-new");
        feed.prepend(row);
        while (feed.children.length > FEED_ROWS_MAX) feed.lastElementChild.remove();
        document.querySelector("[data-feed-empty]")?.setAttribute("hidden", "");
      }
    }
    refresh("accesses", row.dataset.member);
  };

  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource(`/stream?after=${encodeURIComponent(lastId)}`);
    source.addEventListener("open", () => {
      light("open");
      retryMs = RETRY_MIN_MS;
    });
    // Whatever is no numbered event may have changed since the page was made, or while the stream was closed.
    source.addEventListener("listening", () => ["gateway", "flag", "alarm", "presence", "task"].forEach((kind) => refresh(kind)));
    source.addEventListener("error", () => {
      light("lost");
      if (source?.readyState === EventSource.CLOSED) {
        source = null;
        clearTimeout(retry);
        retry = setTimeout(open, retryMs);
        retryMs = Math.min(2 * retryMs, RETRY_MAX_MS);
      }
    });
    source.addEventListener("access", (event) => {
      lastId = event.lastEventId;
      takeRow(event.data);
    });
    source.addEventListener("passage", (event) => {
      lastId = event.lastEventId;
      const holder = document.createElement("template");
      holder.innerHTML = event.data;
      document.getElementById(holder.content.firstElementChild.id)?.replaceWith(holder.content);
    });
    source.addEventListener("gateway", (event) => refresh("gateway", event.data));
    for (const kind of ["flag", "alarm", "presence", "task"]) source.addEventListener(kind, (event) => refresh(kind, event.data));
  };

  const close = () => {
    clearTimeout(retry);
    source?.close();
    source = null;
  };

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
})();
