// A room's pages stay as they are and are told what changes; every page works without this, by loading it anew.
(function () {
  "use strict";

  const page = document.querySelector("[data-feed]");
  if (!page || !window.EventSource) return;
  const source = new EventSource(page.dataset.feed);
  const list = page.querySelector("[data-questions]");
  const voted = new Set(Array.from(document.querySelectorAll("[data-voted]")).map(function (one) { return one.dataset.id; }));

  function write(root, selector, text) {
    const found = root.querySelector(selector);
    if (found && found.textContent !== text) found.textContent = text;
    return found;
  }

  function showWhen(selector, wanted) {
    document.querySelectorAll(selector).forEach(function (one) { one.hidden = !wanted; });
  }

  function row(one) {
    let found = list.querySelector('[data-id="' + Number(one.id) + '"]');
    if (!found) {
      found = page.querySelector("template").content.firstElementChild.cloneNode(true);
      found.dataset.id = one.id;
      const button = found.querySelector("button");
      if (button) button.value = "vote:" + Number(one.id);
    }
    const text = write(found, "[data-text]", one.text);
    text.lang = one.language;
    write(found, "[data-votes]", String(one.votes));
    found.toggleAttribute("data-now", one.answering);
    mark(found);
    return found;
  }

  let isOpen = true;
  function mark(found) {
    const mine = voted.has(found.dataset.id), button = found.querySelector("button");
    found.toggleAttribute("data-voted", mine);
    if (button) button.hidden = mine || !isOpen;
    const said = found.querySelector("[data-said]");
    if (said) said.hidden = !mine;
  }

  function showQuestions(data) {
    isOpen = data.open;
    const answering = page.querySelector("[data-answering]");
    const now = data.questions.find(function (one) { return one.answering; });
    let shown = data.questions;
    if (answering) {
      answering.hidden = !now;
      const text = write(answering, "[data-text]", now ? now.text : "");
      text.lang = now ? now.language : "";
      text.classList.toggle("long", Boolean(now) && now.text.length > 160);
      shown = shown.filter(function (one) { return one !== now; });
    }
    if (page.dataset.most) shown = shown.slice(0, Number(page.dataset.most));
    const focused = document.activeElement;
    const rows = shown.map(row);
    Array.from(list.children).forEach(function (one) { if (rows.indexOf(one) < 0) one.remove(); });
    rows.forEach(function (one, place) { if (list.children[place] !== one) list.insertBefore(one, list.children[place] || null); });
    if (focused && focused !== document.activeElement && list.contains(focused)) focused.focus();
    showWhen("[data-empty]", !shown.length);
    showWhen("[data-open]", data.open);
    showWhen("[data-closed]", !data.open);
    document.dispatchEvent(new Event("room:questions"));
  }

  // The desk of staff is read anew: it shows more than the room is told.
  let version = page.dataset.version || "";
  function showDesk(data) {
    if (String(data.version) === version) return;
    fetch(document.querySelector("[data-desk]").dataset.url, { headers: { Accept: "text/html" } }).then(function (answer) { return answer.text(); }).then(function (text) {
      const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-desk]");
      const old = document.querySelector("[data-desk]");
      if (!fresh || !old) return;
      const at = document.activeElement, id = at && old.contains(at) ? at.id : "";
      const ticked = Array.from(old.querySelectorAll("input:checked")).map(function (one) { return one.id; });
      old.replaceWith(document.adoptNode(fresh));
      ticked.forEach(function (one) { const box = document.getElementById(one); if (box) box.checked = true; });
      if (id) (document.getElementById(id) || document.querySelector("[data-keys]") || document.body).focus();
      version = String(data.version);
    }).catch(function () { /* the next event tries again */ });
  }

  if (list) source.addEventListener("questions", function (event) { showQuestions(JSON.parse(event.data)); });
  if (document.querySelector("[data-desk]")) source.addEventListener("version", function (event) { showDesk(JSON.parse(event.data)); });

  // A vote does not load the page anew, so that what is being typed stays.
  document.addEventListener("submit", function (event) {
    const button = event.submitter;
    if (!button || !button.value.startsWith("vote:")) return;
    event.preventDefault();
    event.stopPropagation();
    const body = new URLSearchParams([["do", button.value]]);
    fetch(event.target.action, { method: "POST", body: body, redirect: "manual" }).then(function (answer) {
      if (answer.type !== "opaqueredirect") { window.location.reload(); return; }
      const found = button.closest("[data-id]");
      voted.add(found.dataset.id);
      mark(found);
      const said = found.querySelector("[data-said]");
      if (said) said.focus();
    }).catch(function () { window.location.reload(); });
  }, true);

  // Keys act on the question that has the focus only (WCAG 2.1.4).
  document.addEventListener("keydown", function (event) {
    const at = event.target.closest && event.target.closest("[data-keys]");
    if (!at || event.target !== at || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = Array.from(document.querySelectorAll("[data-keys]")), place = all.indexOf(at);
    const next = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    const button = at.querySelector('button[data-key="' + CSS.escape(event.key) + '"]');
    if (next && all[place + next]) { event.preventDefault(); all[place + next].focus(); }
    else if (event.key === "x") { event.preventDefault(); at.querySelector("input[type=checkbox]").click(); }
    else if (button) {
      event.preventDefault();
      remember(event.key === "p" ? [at] : [all[place + 1], all[place - 1], at]);
      button.click();
    }
  });

  // The desk is loaded anew after an act: the focus goes on to the next question, not back to the top of the page.
  const NEXT = "room-desk-next";
  function remember(questions) {
    try { sessionStorage.setItem(NEXT, JSON.stringify(questions.filter(Boolean).map(function (one) { return one.id; }))); } catch (error) { /* private browsing */ }
  }
  try {
    const ids = JSON.parse(sessionStorage.getItem(NEXT) || "[]");
    sessionStorage.removeItem(NEXT);
    const found = document.querySelector("[data-desk]") && ids.map(function (id) { return document.getElementById(id); }).find(Boolean);
    if (found) found.focus();
  } catch (error) { /* private browsing */ }
})();
