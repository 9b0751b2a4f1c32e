// An editor's word with JavaScript: what became of it is put in place, and the focus goes there.
"use strict";
(() => {
  const find = (event) => event.detail.requestConfig?.elt?.closest?.(".word-form");
  const tell = (form, text) => {
    const words = document.createElement("p");
    words.setAttribute("role", "alert");
    words.textContent = text;
    form.querySelector(".told").replaceChildren(words);
  };

  // Only our own page's parts are put in; a problem document (JSON) is told in words, beside what was typed.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const form = find(event);
    const answer = event.detail.xhr;
    if (!form || (answer.getResponseHeader("content-type") ?? "").startsWith("text/html")) return;
    event.detail.shouldSwap = false;
    let words = `The service answered ${answer.status}.`;
    try {
      words = JSON.parse(answer.responseText).detail ?? words;
    } catch {}
    tell(form, words);
  });
  document.addEventListener("htmx:sendError", (event) => {
    const form = find(event);
    if (form) tell(form, "The service cannot be reached. Your note is still here: try again.");
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!find(event) || event.detail.xhr.status !== 200) return;
    const sent = event.detail.requestConfig.formData;
    const card = document.getElementById(`category-${sent.get("accept") ?? sent.get("reject")}`);
    const place = event.detail.elt.querySelector?.("[data-arrive]") ?? card?.querySelector(".word") ?? card;
    place?.focus({ preventScroll: true });
    place?.scrollIntoView({ block: "nearest" });
  });
})();
