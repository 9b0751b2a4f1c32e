// A job's page with JavaScript: it shows how far the job has come while it runs.
"use strict";
(() => {
  const url = document.getElementById("standing")?.dataset.events;
  const news = document.getElementById("news");
  if (!url) return;
  document.documentElement.classList.add("scripted");
  const PAUSE_MS = 1000;
  const AWAY = "The service cannot be reached. Load the page again to see how far the job has come.";
  let fetching = false, stale = false, ended = false;
  // What everybody sees in the page already is told to those alone who hear it.
  const tell = (text, seen = false) => {
    news.classList.toggle("away", seen);
    news.textContent = text;
  };

  // The page is asked for once more and its live parts are put in: their words are the server's alone.
  const put = (html, all) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = fresh.getElementById(part.id);
      if (!other || other.outerHTML === part.outerHTML) continue;
      const busy = part.contains(document.activeElement) || part.querySelector("details[open]");
      if (all || !busy) part.replaceWith(document.adoptNode(other));
    }
  };
  const refresh = async () => {
    if (fetching) {
      stale = true;
      return;
    }
    fetching = true;
    do {
      stale = false;
      const last = ended;
      try {
        const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
        if (answer.ok) put(await answer.text(), last);
        if (last) arrive();
      } catch {
        tell(AWAY);
      }
      if (!last) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    } while (stale);
    fetching = false;
  };
  const arrive = () => tell(`${document.getElementById("standing-heading").textContent.trim()}.`, true);

  const events = new EventSource(url);
  events.addEventListener("progress", () => {
    tell("");
    refresh();
  });
  events.addEventListener("done", () => {
    ended = true;
    events.close();
    refresh();
  });
  events.addEventListener("problem", (event) => {
    events.close();
    tell(JSON.parse(event.data).detail);
  });
  // A lost connection is taken up again by the browser itself, unless the service refused it.
  events.addEventListener("error", () => {
    if (!ended) tell(events.readyState === EventSource.CLOSED ? AWAY : "The connection is lost; trying again.");
  });
  addEventListener("pagehide", () => events.close());
})();
