/* A list by keyboard, and ticks kept at once. Comfort only: every act works without this file. */
(function () {
  "use strict";

  const list = document.querySelector("[data-liste]");
  if (!list) return;
  const rows = Array.from(list.querySelectorAll("tbody tr"));
  const form = list.querySelector("form[data-selection]");

  function boxOf(row) { return row.querySelector("input[name=coche]"); }
  function linkOf(row) { return row.querySelector("th[scope=row] a") || row.querySelector("a"); }
  function current() { return rows.findIndex(function (row) { return row.contains(document.activeElement); }); }

  function go(step) {
    const here = current();
    const next = here === -1 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + step, 0), rows.length - 1);
    const target = rows[next] && (boxOf(rows[next]) || linkOf(rows[next]));
    if (target) {
      target.focus();
      rows[next].scrollIntoView({ block: "nearest" });
    }
  }

  function follow(selector) {
    const link = list.querySelector(selector);
    if (link) link.click();
  }

  // One key is a shortcut only while the focus is in the list and nothing is being written (RGAA 13.10 ; WCAG 2.1.4).
  const keys = {
    j: function () { go(1); },
    ArrowDown: function () { go(1); },
    k: function () { go(-1); },
    ArrowUp: function () { go(-1); },
    x: function () { const row = rows[current()]; if (row && boxOf(row)) boxOf(row).click(); },
    o: function () { const row = rows[current()]; if (row && linkOf(row)) linkOf(row).click(); },
    Enter: function () { const row = rows[current()]; if (row && linkOf(row)) linkOf(row).click(); },
    n: function () { follow(".fr-pagination__link--next[href]"); },
    p: function () { follow(".fr-pagination__link--prev[href]"); },
    "/": function () { const field = document.getElementById("liste-q"); if (field) field.focus(); },
    "?": function () {
      const help = document.getElementById("raccourcis");
      if (help) { help.open = true; help.querySelector("summary").focus(); }
    },
  };
  const ROW_ONLY = ["ArrowDown", "ArrowUp", "Enter"];

  list.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const at = event.target;
    const box = at.matches("input[name=coche]");
    if (!box && at.matches("input, textarea, select, [contenteditable]")) return;
    // Keys that mean something by themselves elsewhere act on the box of a row only.
    if (ROW_ONLY.includes(event.key) && !box) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // A panel of filters closes with Escape, or by a click elsewhere.
  list.addEventListener("keydown", function (event) {
    const panel = event.key === "Escape" && event.target.closest("details.fab-facette[open]");
    if (panel) {
      panel.open = false;
      panel.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.fab-facette[open]").forEach(function (panel) {
      if (!panel.contains(event.target)) panel.open = false;
    });
  });

  if (!form) return;
  form.querySelectorAll("[data-sans-script]").forEach(function (button) { button.hidden = true; });
  const boxes = rows.map(boxOf).filter(Boolean);
  let last = null;
  let waiting = null;
  let sending = Promise.resolve();

  function newKey() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), function (byte) {
      return byte.toString(16).padStart(2, "0");
    }).join("");
  }

  function keep() {
    waiting = null;
    const data = new FormData(form);
    data.set("geste", "garder");
    data.set("idempotency_key", newKey());
    const options = { method: "POST", body: data, headers: { Accept: "application/json" }, keepalive: true };
    // One after the other: the last state of the page is the last one written.
    sending = sending.then(function () { return fetch(form.action, options); }).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.json();
    }).then(function (kept) {
      form.querySelector("[data-compte]").textContent = kept.text;
    }).catch(function () {
      // Not kept: the buttons that keep come back, and every act keeps the ticks of the page anyway.
      form.querySelectorAll("[data-sans-script]").forEach(function (button) { button.hidden = false; });
    });
    return sending;
  }

  list.addEventListener("click", function (event) {
    const box = event.target.closest("input[name=coche]");
    if (!box) return;
    if (event.shiftKey && last) {
      const ends = [boxes.indexOf(last), boxes.indexOf(box)].sort(function (a, b) { return a - b; });
      boxes.slice(ends[0], ends[1] + 1).forEach(function (one) { one.checked = box.checked; });
    }
    last = box;
    clearTimeout(waiting);
    waiting = setTimeout(keep, 300);
  });
  // Leaving the page at once: what waits is sent now (the request outlives the page).
  window.addEventListener("pagehide", function () { if (waiting) { clearTimeout(waiting); keep(); } });

  // The box of the heading ticks the page.
  const head = list.querySelector("thead th.fab-coche");
  if (head && boxes.length) {
    const all = document.createElement("input");
    all.type = "checkbox";
    all.setAttribute("aria-label", "Cocher toute la page");
    all.addEventListener("change", function () {
      boxes.forEach(function (box) { box.checked = all.checked; });
      clearTimeout(waiting);
      waiting = setTimeout(keep, 0);
    });
    head.append(all);
  }
})();
