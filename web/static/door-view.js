// What the page of a door shows, and what is pressed on it.
(function () {
  "use strict";

  window.doorView = function (page, words) {
    function at(name) { return page.querySelector("[data-" + name + "]"); }
    function say(name, values) {
      return (words[name] || name).replace(/\{(\w+)\}/g, function (whole, gap) { return values && gap in values ? values[gap] : whole; });
    }
    function write(name, text) { const found = at(name); if (found.textContent !== text) found.textContent = text; found.hidden = !text; }
    const language = document.documentElement.lang, search = at("search"), video = at("video"), dialog = at("walk-in"), form = dialog.querySelector("form");
    let acts = null, shownKey = "", formAlong = 0, formLanguage = language;

    function clock(iso, zone) {
      return iso ? new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(new Date(iso)) : "";
    }

    // ---- the result

    function result(shown, one, stand) {
      const box = at("result");
      if (!shown) { box.hidden = true; shownKey = ""; return; }
      box.hidden = false;
      box.dataset.kind = shown.kind;
      const isIn = Boolean(stand && stand.came === "in-person"), key = [shown.id, shown.kind, shown.head, shown.more].join("|");
      write("head", shown.head);
      write("name", one ? one.name : "");
      write("more", shown.more);
      write("org", one && one.org ? one.org : "");
      write("instead", one && one.instead ? say("instead", { name: one.instead }) : "");
      write("needs", one && one.needs ? say("needs", { words: one.needs }) : "");
      write("table", one && one.table ? say("table", { number: one.table, theme: one.theme }) : "");
      const ask = Boolean(one && shown.ask && !isIn);
      at("let-in").hidden = !ask;
      at("let-in").textContent = ask ? shown.ask.letIn : "";
      at("keep-out").hidden = !ask;
      at("take-back").hidden = !(one && isIn);
      const along = at("companions");
      along.hidden = !one || !(ask || isIn);
      if (one) {
        const count = isIn ? stand.along : (along.dataset.of === String(one.id) && shownKey === key ? Number(along.dataset.heads) : one.along || 0);
        along.dataset.of = String(one.id);
        along.dataset.isIn = isIn ? "1" : "";
        putAlong(count);
      }
      if (shownKey !== key) { shownKey = key; box.scrollIntoView({ block: "nearest" }); if (ask) at("let-in").focus({ preventScroll: true }); }
    }
    function putAlong(count) {
      at("companions").dataset.heads = String(count);
      at("count").textContent = String(count);
      at("fewer").disabled = count <= 0;
    }
    function along(one) {
      const found = at("companions"), isAsked = !found.hidden && !found.dataset.isIn && found.dataset.of === String(one.id);
      return isAsked ? Number(found.dataset.heads) : one.along || 0;
    }
    function step(by) {
      const found = at("companions"), count = Math.min(99, Math.max(0, Number(found.dataset.heads) + by));
      putAlong(count);
      if (found.dataset.isIn) acts.along(count);
    }

    // ---- the list

    function found(people, standOf) {
      const list = at("found"), typed = search.value.trim();
      list.replaceChildren.apply(list, people.map(function (one) {
        const row = document.createElement("li"), button = document.createElement("button"), name = document.createElement("strong"), rest = document.createElement("span");
        const stand = standOf(one), isIn = stand.came === "in-person";
        button.type = "button";
        button.dataset.person = one.id;
        name.textContent = one.name;
        rest.textContent = [isIn ? say("already", { time: clock(stand.at, page.dataset.zone) }) : say(one.waits ? "said-waiting" : "said-" + one.reply), one.org].filter(Boolean).join(" · ");
        button.dataset.kind = isIn ? "in" : one.reply;
        button.append(name, rest);
        row.append(button);
        return row;
      }));
      page.toggleAttribute("data-typing", Boolean(typed));
      write("nobody", typed && !people.length ? say("nobody") : "");
    }

    function numbers(inside, all) {
      at("inside").textContent = String(inside);
      at("expected").textContent = say("of", { count: all.expected });
      at("inside").parentElement.dataset.full = all.places !== null && inside >= all.places ? "1" : "";
    }

    function status(error, waiting, list) {
      const box = at("state"), kind = error === "" ? "online" : error === "signed-out" ? "signed-out" : error === "forbidden" ? "forbidden" : "offline";
      box.dataset.kind = kind;
      write("said", [say(kind), waiting ? say("waiting", { count: waiting }) : ""].filter(Boolean).join(" · "));
      at("sign-in").hidden = kind !== "signed-out";
      write("kept", list);
    }

    function problems(all) {
      at("problems").replaceChildren.apply(at("problems"), all.map(function (one) {
        const row = document.createElement("li"), text = document.createElement("span"), button = document.createElement("button");
        text.textContent = one.text;
        button.type = "button";
        button.textContent = say("dismiss");
        button.dataset.seen = one.key;
        row.append(text, button);
        return row;
      }));
      at("problems").hidden = !all.length;
    }

    // ---- signals beside colour and words

    let audio = null;
    function signal(kind) {
      if (navigator.vibrate) navigator.vibrate({ good: [80], ask: [80, 80, 80], bad: [300] }[kind]);
      if (at("sound").getAttribute("aria-pressed") !== "true") return;
      try {
        audio = audio || new AudioContext();
        const tone = audio.createOscillator(), gain = audio.createGain();
        tone.frequency.value = { good: 880, ask: 520, bad: 220 }[kind];
        gain.gain.value = 0.2;
        tone.connect(gain).connect(audio.destination);
        tone.start();
        tone.stop(audio.currentTime + 0.15);
      } catch (error) { /* no sound here */ }
    }

    // ---- registering somebody

    function openWalkIn() {
      const info = acts.walkInInfo();
      if (!info.meta) return;
      form.reset();
      form.elements.name.value = search.value.trim();
      [["organisation", info.meta.organisations], ["municipality", info.meta.municipalities]].forEach(function (pair) {
        const select = form.elements[pair[0]];
        select.replaceChildren(new Option("– " + say("choose") + " –", ""));
        pair[1].forEach(function (one) { select.append(new Option(one[1], one[0])); });
        select.closest(".pair").hidden = !pair[1].length;
      });
      formAlong = 0;
      at("form-count").textContent = "0";
      speak(language);
      write("form-full", info.full);
      write("form-problem", "");
      similar();
      dialog.showModal();
      (form.elements.name.value ? form.elements.email : form.elements.name).focus();
    }
    function speak(wanted) {
      const consent = acts.walkInInfo().meta.consent;
      formLanguage = consent.text[wanted] ? wanted : consent.languages[0];
      at("consent").textContent = consent.text[formLanguage];
      at("consent").lang = formLanguage;
      page.querySelectorAll("[data-speak]").forEach(function (one) { one.setAttribute("aria-pressed", String(one.dataset.speak === formLanguage)); });
    }
    function similar() {
      const people = form.elements.name.value.trim().length > 2 ? acts.similar(form.elements.name.value) : [];
      at("similar").hidden = !people.length;
      at("similar-list").replaceChildren.apply(at("similar-list"), people.map(function (one) {
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.person = one.id;
        button.textContent = one.name;
        return button;
      }));
    }
    function register(event) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const consent = form.elements.consent.value, name = form.elements.name.value.trim();
      const faulty = !name ? "name-missing" : !consent ? "consent-missing" : "";
      write("form-problem", faulty ? say(faulty) : "");
      if (faulty) { (faulty === "name-missing" ? form.elements.name : form.querySelector("[name=consent]")).focus(); return; }
      if (!form.elements.email.checkValidity()) { form.elements.email.reportValidity(); return; }
      dialog.close();
      search.value = "";
      acts.register({
        name: name, email: form.elements.email.value.trim(), organisation: form.elements.organisation.value, municipality: form.elements.municipality.value,
        consent: consent, text: acts.walkInInfo().meta.consent.seal, language: formLanguage, along: formAlong,
      });
    }

    // ---- the camera

    function camera() {
      const button = at("camera");
      if (window.doorScan.isOn()) {
        window.doorScan.stop(video);
        video.hidden = true;
        write("camera-said", "");
        button.textContent = say("start-camera");
        return;
      }
      video.hidden = false;
      button.textContent = say("stop-camera");
      window.doorScan.start(video, acts.scanned).then(function () { write("camera-said", say("camera-on")); }, function () {
        video.hidden = true;
        button.textContent = say("start-camera");
        write("camera-said", say("camera-denied"));
      });
    }
    function picture(event) {
      const file = event.target.files[0];
      if (!file) return;
      createImageBitmap(file).then(function (image) { return window.doorScan.decode(image); })
        .then(function (text) { if (text) acts.scanned(text); else write("camera-said", say("unknown")); })
        .catch(function () { write("camera-said", say("unknown")); })
        .then(function () { event.target.value = ""; });
    }

    function wire(given) {
      acts = given;
      search.addEventListener("input", acts.typed);
      at("find").addEventListener("submit", function (event) { event.preventDefault(); event.stopImmediatePropagation(); const first = at("found").querySelector("button"); if (first) first.click(); });
      at("camera").addEventListener("click", camera);
      at("picture").addEventListener("change", picture);
      at("let-in").addEventListener("click", function () { acts.letIn(); });
      at("keep-out").addEventListener("click", acts.keepOut);
      at("take-back").addEventListener("click", acts.takeBack);
      at("fewer").addEventListener("click", function () { step(-1); });
      at("more-along").addEventListener("click", function () { step(1); });
      at("register").addEventListener("click", openWalkIn);
      at("close").addEventListener("click", function () { dialog.close(); });
      at("form-fewer").addEventListener("click", function () { formAlong = Math.max(0, formAlong - 1); at("form-count").textContent = String(formAlong); });
      at("form-more").addEventListener("click", function () { formAlong = Math.min(99, formAlong + 1); at("form-count").textContent = String(formAlong); });
      form.addEventListener("submit", register);
      form.elements.name.addEventListener("input", similar);
      at("sound").addEventListener("click", function () {
        const on = at("sound").getAttribute("aria-pressed") !== "true";
        at("sound").setAttribute("aria-pressed", String(on));
        if (on) signal("good");
      });
      page.addEventListener("click", function (event) {
        const pressed = event.target.closest("[data-person], [data-seen], [data-speak]");
        if (!pressed) return;
        if (pressed.dataset.seen) acts.seen(pressed.dataset.seen);
        else if (pressed.dataset.speak) speak(pressed.dataset.speak);
        else { if (dialog.open) dialog.close(); search.value = ""; acts.chosen(pressed.dataset.person); }
      });
    }

    return {
      wire: wire, result: result, along: along, found: found, numbers: numbers, status: status, problems: problems, signal: signal, clock: clock,
      typed: function () { return search.value; }, warn: function (text) { write("warning", text); },
    };
  };
})();
