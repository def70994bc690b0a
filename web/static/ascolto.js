// Small comforts; every page works without them.
(function () {
  "use strict";

  function show(root) {
    document.documentElement.classList.add("with-script");
    root.querySelectorAll("[data-rank]").forEach(keepPlacesApart);
    const wanted = root.querySelector("[data-focus]");
    if (wanted) wanted.focus();
  }

  // Choosing a place that another option has gives that one the place left free.
  function keepPlacesApart(list) {
    const selects = Array.from(list.querySelectorAll("select"));
    selects.forEach(function (select) {
      let before = select.value;
      select.addEventListener("focus", function () { before = select.value; });
      select.addEventListener("change", function () {
        const other = selects.find(function (one) { return one !== select && select.value && one.value === select.value; });
        if (other) other.value = before;
        before = select.value;
      });
    });
  }

  document.addEventListener("DOMContentLoaded", function () { show(document); });
  document.addEventListener("htmx:afterSettle", function (event) {
    const page = event.detail.target || document;
    if (!page.querySelector("main")) return;
    show(document);
    // A new page is announced and read from its heading, as after a full load.
    if (!page.querySelector("[data-focus]")) {
      const main = document.getElementById("main");
      if (main) main.focus();
    }
  });

  // A file that is too large is told of before it is sent for nothing; the service looks at its size all the same.
  document.addEventListener("change", function (event) {
    const input = event.target;
    if (!input.matches("input[type=file][data-limit]")) return;
    const tooLarge = Array.from(input.files).some(function (file) { return file.size > Number(input.dataset.limit); });
    if (tooLarge) input.value = "";
    input.setCustomValidity(tooLarge ? input.dataset.tooLarge : "");
    if (tooLarge) input.reportValidity();
  });

  // A second press while the first is under way sends nothing; the service would not count it twice either.
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.hasAttribute("data-sent")) { event.preventDefault(); return; }
    form.setAttribute("data-sent", "");
    window.setTimeout(function () { form.removeAttribute("data-sent"); }, 4000);
  });
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) document.querySelectorAll("[data-sent]").forEach(function (form) { form.removeAttribute("data-sent"); });
  });
})();
