// What is on the screen of a room: told by a stream, fetched anew where there is none; keys for whoever runs the room.
(function () {
  "use strict";

  const stage = document.querySelector("[data-stage]");
  if (!stage) return;
  const remote = document.querySelector("[data-remote]"), failed = document.querySelector("[data-failed]");
  const AGAIN = 5000;

  function show(html, poll) {
    if (stage.dataset.told !== html) { stage.innerHTML = html; stage.dataset.told = html; }
    stage.hidden = !poll;
    arrange();
  }

  // A poll and the questions share the screen; where nobody has asked anything, it is the poll's alone.
  function arrange() {
    const poll = !stage.hidden, asked = Boolean(document.querySelector("[data-questions] li, [data-answering]:not([hidden])"));
    document.body.classList.toggle("on-stage", poll);
    document.body.classList.toggle("beside", poll && asked);
    const questions = document.querySelector(".questions"); // a page has one main part: the poll, where there is one
    if (questions) questions.setAttribute("role", poll ? "region" : "main");
    document.querySelectorAll("[data-room]").forEach(function (one) { one.hidden = poll && !asked; });
    fit();
  }
  document.addEventListener("room:questions", arrange);

  // A screen cannot be scrolled: it is drawn as large as fits, smaller where it must be.
  const LARGEST = 1.35, SMALLEST = 0.45, STEP = 0.05, GROWN = 4;
  const root = document.documentElement;
  function fits() { return root.scrollHeight <= window.innerHeight && root.scrollWidth <= window.innerWidth; }
  function fit() {
    root.style.fontSize = "";
    grow(1);
    if (stage.hidden || window.innerWidth <= 700) return; // a phone scrolls
    grow(SMALLEST);
    const usual = parseFloat(window.getComputedStyle(root).fontSize);
    for (let by = LARGEST; by >= SMALLEST; by -= STEP) {
      root.style.fontSize = usual * by + "px";
      if (fits()) return fillWithWords();
    }
  }

  // Answers in words take the room that all the rest leaves, few of them as many.
  function grow(by) {
    root.classList.toggle("grown", by > 1);
    root.style.setProperty("--grown", by);
  }
  function fillWithWords() {
    const clouds = Array.from(stage.querySelectorAll(".cloud"));
    if (!clouds.length) return;
    for (let by = GROWN; by > SMALLEST; by -= STEP) {
      grow(by);
      if (fits() && clouds.every(function (one) { return one.scrollWidth <= one.clientWidth; })) return;
    }
    grow(SMALLEST);
  }
  window.addEventListener("resize", fit);

  // A stream that ended for good (a restart behind a proxy, too many pages): the page itself is asked meanwhile.
  function fetchPage() {
    return fetch(window.location.href, { headers: { Accept: "text/html" } }).then(function (answer) { return answer.ok ? answer.text() : ""; }).then(function (text) {
      const fresh = text && new DOMParser().parseFromString(text, "text/html").querySelector("[data-stage]");
      if (fresh) show(fresh.innerHTML, !fresh.hidden);
    }).catch(function () { /* the next time tries again */ });
  }

  function listen() {
    if (!window.EventSource) { fetchPage().then(function () { window.setTimeout(listen, AGAIN); }); return; }
    const source = new EventSource(stage.dataset.stage);
    source.addEventListener("stage", function (event) {
      const data = JSON.parse(event.data);
      show(data.html, data.poll);
    });
    source.addEventListener("error", function () {
      if (source.readyState !== EventSource.CLOSED) return;
      fetchPage().then(function () { window.setTimeout(listen, AGAIN); });
    });
  }
  listen();
  fit();

  function press(what) {
    const main = stage.querySelector("[data-state]"), seen = main ? main.dataset.poll + ":" + main.dataset.state + ("shown" in main.dataset ? ":shown" : "") : "";
    const body = new URLSearchParams([["do", what], ["seen", seen], ["token", remote.querySelector("[name=token]").value]]);
    return fetch(remote.action, { method: "POST", body: body, redirect: "manual" }).then(function (answer) {
      const done = answer.type === "opaqueredirect";
      failed.textContent = done ? "" : failed.dataset.words;
      failed.hidden = done;
    }).catch(function () { failed.textContent = failed.dataset.words; failed.hidden = false; });
  }

  if (!remote) return;
  const KEYS = { " ": "step", ArrowRight: "next", PageDown: "next", ArrowLeft: "back", PageUp: "back" };
  document.addEventListener("keydown", function (event) {
    const what = KEYS[event.key];
    if (!what || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button, input, a")) return;
    event.preventDefault();
    press(what);
  });
  remote.addEventListener("submit", function (event) {
    event.preventDefault();
    press(event.submitter.value);
  });
})();
