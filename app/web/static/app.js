// The editor's page with JavaScript: progress, Ctrl+Enter, a text that survives a reload, quotes lit in the text.
"use strict";
(() => {
  const KEPT = "scopenote.form";
  const DRAFT = ["title", "article", "format"];
  const FIELDS = [...DRAFT, "categories"];
  // An example's page is what the server filled: it neither becomes the draft nor takes it.
  const isExample = new URLSearchParams(location.search).has("example");
  const form = document.getElementById("article-form");
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
    progress.textContent = heading ? `Done: ${heading.textContent.trim()}` : "";
    heading?.focus({ preventScroll: true });
    result.scrollIntoView({ block: "start" });
  };

  form.addEventListener("htmx:beforeRequest", () => {
    progress.textContent = "Classifying…";
    result.setAttribute("aria-busy", "true");
  });
  form.addEventListener("htmx:afterRequest", () => result.removeAttribute("aria-busy"));
  // Only our own page's parts are put in; a problem document (JSON) is told in words.
  result.addEventListener("htmx:beforeSwap", (event) => {
    const answer = event.detail.xhr;
    if ((answer.getResponseHeader("content-type") ?? "").startsWith("text/html")) return;
    event.detail.shouldSwap = false;
    let words = `The service answered ${answer.status}.`;
    try {
      words = JSON.parse(answer.responseText).detail ?? words;
    } catch {}
    tell(words);
  });
  result.addEventListener("htmx:afterSwap", arrive);
  form.addEventListener("htmx:sendError", () => tell("The service cannot be reached. Your text is still here: try again."));

  // Under the pointer or the focus, a quote's own words are lit, or all the words that its category rests on.
  let chosen = [];
  const light = (numbers) => {
    for (const mark of result.querySelectorAll("mark")) {
      mark.classList.toggle("lit", mark.dataset.notes.split(" ").some((number) => numbers.includes(number)));
    }
  };
  const find = (target) => {
    const link = target.closest("[data-note]");
    if (link) return [link.dataset.note];
    return [...(target.closest(".card")?.querySelectorAll("[data-note]") ?? [])].map((each) => each.dataset.note);
  };
  result.addEventListener("mouseover", (event) => {
    const found = find(event.target);
    light(found.length ? found : chosen);
  });
  for (const name of ["focusin", "click"]) result.addEventListener(name, (event) => light((chosen = find(event.target))));
  result.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#quote-"]');
    let folded = link && document.querySelector(link.getAttribute("href"))?.closest("details");
    for (; folded; folded = folded.parentElement.closest("details")) folded.open = true;
  });
})();
