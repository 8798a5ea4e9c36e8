/* The sheet by keyboard. Comfort only: Tab, arrows and the buttons do all of it without this file. */
(function () {
  "use strict";

  const form = document.getElementById("fiche");
  if (!form) return;
  const criteria = Array.from(form.querySelectorAll("details.fab-critere"));

  function current() { return criteria.findIndex(function (one) { return one.contains(document.activeElement); }); }

  // The level that is ticked, else the first of the group.
  function levelOf(criterion) {
    return criterion.querySelector("input[type=radio]:checked") || criterion.querySelector("input[type=radio]");
  }

  function go(step) {
    const here = current();
    const at = here === -1 ? (step > 0 ? 0 : criteria.length - 1) : here + step;
    const target = criteria[Math.min(Math.max(at, 0), criteria.length - 1)];
    if (!target) return;
    target.open = true;
    levelOf(target).focus();
    target.scrollIntoView({ block: "nearest" });
  }

  function press(name) {
    const button = form.querySelector("button[name=" + name + "]:not(.fr-sr-only)");
    if (button) form.requestSubmit(button);
  }

  // A digit chooses a level only while the focus is on a level (RGAA 12.9 ; WCAG 2.1.4).
  function choose(digit) {
    const at = document.activeElement;
    if (!at.matches("input[type=radio]")) return false;
    const wanted = Array.from(form.elements[at.name] || []).find(function (one) { return one.value === digit; });
    if (!wanted) return false;
    wanted.focus();
    wanted.click();
    return true;
  }

  form.addEventListener("keydown", function (event) {
    if (event.isComposing || event.shiftKey) return;
    const ctrl = (event.ctrlKey || event.metaKey) && !event.altKey, alt = event.altKey && !event.ctrlKey && !event.metaKey;
    let done = true;
    if (ctrl && event.key === "Enter") press("give");
    else if (ctrl && event.key.toLowerCase() === "s") press("save");
    else if (alt && event.key === "PageDown") go(1);
    else if (alt && event.key === "PageUp") go(-1);
    else if (!ctrl && !alt && /^[0-9]$/.test(event.key)) done = choose(event.key);
    else done = false;
    if (done) event.preventDefault();
  });
})();
