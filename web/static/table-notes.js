// Notes are saved while they are written; what is not saved yet stays on the device. Without scripts there is a button.
(function () {
  "use strict";

  document.querySelectorAll("form[data-note]").forEach(function (form) {
    const area = form.elements.text, revision = form.elements.revision, state = form.querySelector("[data-state]");
    const place = "ascolto-note:" + form.dataset.note;
    let sent = area.value, busy = false, timer = 0;

    function say(what) { state.textContent = form.dataset[what]; }
    function keep() { try { localStorage.setItem(place, JSON.stringify([area.value, revision.value])); } catch (error) { /* private browsing */ } }
    function forget() { try { localStorage.removeItem(place); } catch (error) { /* private browsing */ } }
    function later(wait) { window.clearTimeout(timer); timer = window.setTimeout(save, wait); }

    function save(last) {
      if (busy || area.value === sent) return;
      const text = area.value, body = new URLSearchParams(new FormData(form));
      busy = true;
      say("saving");
      fetch(form.action, { method: "POST", body: body, headers: { Accept: "application/json" }, keepalive: last === true && text.length < 15000 })
        .then(function (answer) {
          if (!answer.ok || !(answer.headers.get("content-type") || "").startsWith("application/json")) throw new Error();
          return answer.json();
        })
        .then(function (kept) {
          busy = false;
          const isOther = kept.text !== text, goesOn = area.value.startsWith(text);
          if (isOther && goesOn) area.value = kept.text + area.value.slice(text.length);
          if (!isOther || goesOn) revision.value = String(kept.revision);
          sent = isOther && goesOn ? kept.text : text;
          if (area.value === sent) { forget(); say("saved"); } else { keep(); later(300); }
        })
        .catch(function () { busy = false; say("kept"); later(5000); });
    }

    try {
      const kept = JSON.parse(localStorage.getItem(place) || "null");
      if (kept && kept[0] !== area.value) { area.value = kept[0]; revision.value = kept[1]; save(); } else forget();
    } catch (error) { /* private browsing */ }

    area.addEventListener("input", function () { keep(); later(800); });
    area.addEventListener("blur", function () { save(); });
    window.addEventListener("online", function () { save(); });
    document.addEventListener("visibilitychange", function () { if (document.hidden) save(true); });
    form.addEventListener("submit", function (event) { event.preventDefault(); save(); }, true);
  });
})();
