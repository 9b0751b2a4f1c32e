// A decision with JavaScript: quotes lit in the text, and unfolded where a number leads to them.
"use strict";
(() => {
  const result = document.getElementById("result");
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
  // What is scrolled under a pointer that rests was not pointed at.
  let pointed = "";
  const hasMoved = (event) => pointed !== (pointed = `${event.clientX} ${event.clientY}`);
  result.addEventListener("click", hasMoved);
  result.addEventListener("mouseover", (event) => {
    if (!hasMoved(event)) return;
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
