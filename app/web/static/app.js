// The editor's page with JavaScript: progress, Ctrl+Enter, a text that survives a reload.
"use strict";
(() => {
  const KEPT = "scopenote.form";
  // An example's page is what the server filled: it neither becomes the draft nor takes it.
  const isExample = new URLSearchParams(location.search).has("example");
  const form = document.getElementById("article-form");
  // There is a field for an address only where pages are fetched.
  const DRAFT = ["title", "url", "article", "format"].filter((name) => form.elements[name]);
  const FIELDS = [...DRAFT, "categories"];
  const progress = document.getElementById("progress");
  const result = document.getElementById("result");
  document.documentElement.classList.add("scripted");

  // Storage may be full or refused; the page then works as it does without.
  const keep = () => {
    if (isExample) return;
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(DRAFT.map((name) => [name, form.elements[name].value]))));
    } catch {}
  };
  const forget = () => {
    try {
      sessionStorage.removeItem(KEPT);
    } catch {}
  };
  const restore = () => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
      for (const name of DRAFT) if (typeof kept[name] === "string") form.elements[name].value = kept[name];
    } catch {}
  };
  // What the server filled in (a result without JavaScript) counts, unless the page is merely loaded again.
  const reloaded = performance.getEntriesByType("navigation")[0]?.type === "reload";
  if (!isExample && (!("filled" in form.dataset) || reloaded)) restore();
  else keep();
  let pause;
  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(keep, 300);
  });
  addEventListener("pagehide", keep);
  document.getElementById("clear").addEventListener("click", () => {
    for (const name of FIELDS) form.elements[name].value = name === "format" ? "text" : "";
    forget();
  });

  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (!form.classList.contains("htmx-request")) form.requestSubmit();
    }
  });

  const tell = (text) => {
    const problem = document.createElement("div");
    problem.className = "problem";
    problem.setAttribute("role", "alert");
    const heading = document.createElement("h2");
    heading.id = "result-heading";
    heading.tabIndex = -1;
    heading.textContent = "Not classified";
    const words = document.createElement("p");
    words.textContent = text;
    problem.append(heading, words);
    result.replaceChildren(problem);
    arrive();
  };
  const arrive = () => {
    const heading = document.getElementById("result-heading");
    const failed = result.querySelector(".problem") !== null;
    progress.textContent = failed ? "Not classified. The reason stands below." : heading ? `Done: ${heading.textContent.trim()}` : "";
    heading?.focus({ preventScroll: true });
    result.scrollIntoView({ block: "start" });
  };

  form.addEventListener("htmx:beforeRequest", () => {
    progress.textContent = "Classifying…";
    result.setAttribute("aria-busy", "true");
  });
  form.addEventListener("htmx:afterRequest", () => result.removeAttribute("aria-busy"));
  // Only our own page's parts are put in; a problem document (JSON) is told in words.
  const isOurs = (event) => event.detail.requestConfig.elt === form;
  result.addEventListener("htmx:beforeSwap", (event) => {
    if (!isOurs(event)) return;
    const answer = event.detail.xhr;
    if ((answer.getResponseHeader("content-type") ?? "").startsWith("text/html")) return;
    event.detail.shouldSwap = false;
    let words = `The service answered ${answer.status}.`;
    try {
      words = JSON.parse(answer.responseText).detail ?? words;
    } catch {}
    tell(words);
  });
  result.addEventListener("htmx:afterSwap", (event) => {
    if (isOurs(event)) arrive();
  });
  form.addEventListener("htmx:sendError", () => tell("The service cannot be reached. Your text is still here: try again."));
})();
