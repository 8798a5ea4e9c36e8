/* Comfort only: every page works without this file. */
(function () {
  "use strict";

  // A page that comes back with errors starts on their summary.
  const errors = document.getElementById("erreurs");
  if (errors) errors.focus();

  // The role menu closes like any menu: Escape, or a click elsewhere.
  document.querySelectorAll("details.fab-role").forEach(function (menu) {
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && menu.open) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    });
    document.addEventListener("click", function (event) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  // A second click on the same button is not a second request (the server would answer the same anyway).
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    setTimeout(function () { delete form.dataset.sent; }, 8000);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // Answers 409 and 422 of a part of a page carry its errors: htmx shows them too.
  document.addEventListener("htmx:beforeSwap", function (event) {
    if ([409, 422].includes(event.detail.xhr.status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
})();
