// The door of an event: everything works without a connection; what was done is on the disk before it is said.
(function () {
  "use strict";

  const page = document.querySelector("[data-door]");
  if (!page) return;
  const store = window.doorStore, words = JSON.parse(document.getElementById("door-words").textContent);
  const event = Number(page.dataset.door), SOON = 200, POLL = 10000, AGAIN = 4000, ANEW = 300000, MOST = 50;
  const state = { list: null, queue: [], numbers: null, meta: null, token: "", skew: 0, known: 0, loaded: 0, busy: false, error: "", shown: null, most: MOST, failed: 0, made: new Map() };
  const ui = window.doorView(page, words);

  function say(name, values) {
    return (words[name] || name).replace(/\{(\w+)\}/g, function (whole, gap) { return values && gap in values ? values[gap] : whole; });
  }
  // Never before what the server told last: a telephone that was without power begins in another year.
  function now() { return new Date(Math.max(Date.now() + state.skew, state.known)); }
  function clock(iso) { return ui.clock(iso, state.meta ? state.meta.event.zone : undefined); }

  // ---- what is kept

  function take(answer, whole) {
    // The answer was made between asking and hearing: what is known of the clock stays where it agrees with that.
    state.known = Date.parse(answer.now);
    state.skew = Math.min(Math.max(state.skew, state.known - answer.heard), state.known - answer.asked);
    if (answer.token) state.token = answer.token;
    state.numbers = answer.numbers;
    if (whole) {
      state.list = new window.DoorList(answer.people);
      state.meta = { event: answer.event, organisations: answer.organisations, municipalities: answer.municipalities, consent: answer.consent };
      state.loaded = Date.now();
    } else if (state.list) { state.list.take(answer.people); state.list.lose(answer.gone); }
    addLocals();
    if (!state.list || !state.meta) return Promise.resolve();
    if (store.isOver(state.meta.event, state.skew)) return forget();
    const list = Object.assign({ id: event, numbers: state.numbers, skew: state.skew, known: state.known, loaded: state.loaded }, state.meta);
    return store.keepList(list, answer.people, whole ? null : answer.gone).catch(function () { ui.warn(say("no-storage")); });
  }

  // After its time, a list is on this page alone, and on no telephone.
  function forget() {
    ui.warn(say("over"));
    return store.forget(event).catch(function () { /* private browsing */ });
  }

  // Who may not stand here any more keeps nothing of the list either; what was noted waits, and what is to be looked at.
  function leave() {
    Object.assign(state, { list: null, meta: null, numbers: null, shown: null });
    return store.forget(event).catch(function () { /* private browsing */ });
  }

  // Whoever was registered here and is not sent yet stands on the list too.
  function addLocals() {
    if (!state.list) return;
    const mine = new Set(state.queue.map(function (entry) { return entry.who; }));
    state.list.people.forEach(function (one, id) { if (one.local && !mine.has(id)) state.list.people.delete(id); });
    state.list.take(state.queue.filter(function (entry) { return entry.local; }).map(function (entry) { return Object.assign({}, entry.local); }));
  }

  function recall() {
    return Promise.all([store.clearOld().catch(function () {}), store.queue(event), store.problems(event)]).then(function (found) {
      state.queue = found[1];
      ui.problems(found[2]);
      return store.list(event);
    }).then(function (kept) {
      if (kept) {
        state.list = new window.DoorList(kept.people);
        state.numbers = kept.numbers;
        state.skew = kept.skew;
        state.known = kept.known || 0;
        state.loaded = kept.loaded;
        state.meta = { event: kept.event, organisations: kept.organisations, municipalities: kept.municipalities, consent: kept.consent };
        addLocals();
      }
      refresh();
    }).catch(function () { ui.warn(say("no-storage")); });
  }

  // ---- what is sent

  function sync() {
    if (state.busy) { state.again = true; return Promise.resolve(); }
    state.busy = true;
    state.again = false;
    if (state.meta && store.isOver(state.meta.event, state.skew)) forget();
    const some = state.queue.slice(0, state.most), since = state.list && state.numbers && Date.now() - state.loaded < ANEW ? state.numbers.last : 0;
    const known = state.list && state.numbers ? state.numbers.last : undefined;
    const asked = some.length && state.token ? store.send(event, state.token, some, known).then(function (answer) { return answered(some, answer); })
      : store.load(event, since).then(function (answer) { return take(answer, !since); });
    return asked.then(function () { state.error = ""; state.most = Math.min(MOST, state.most * 2); state.failed = 0; }, function (error) {
      const why = error instanceof TypeError ? "offline" : error.message;
      // One act that the server trips over holds up no other: they are sent one by one, and it waits at the end.
      if (why === "failed" && some.length) {
        if (state.most === 1) state.queue.push(state.queue.shift());
        state.most = 1;
        state.failed += 1;
        state.again = state.failed <= state.queue.length; // once each, then later
        if (!state.again) state.failed = 0;
      }
      // A weak network may carry fewer in the time there is.
      if (error.message === "no answer" && some.length) state.most = Math.max(1, Math.floor(some.length / 2));
      state.error = why;
      if (why !== "forbidden") return null;
      if (!some.length || !state.token) return leave();
      state.token = ""; // a form's token is good for a day
      state.again = true;
      return null;
    }).then(function () {
      state.busy = false;
      refresh();
      const more = state.queue.length && !state.error;
      if (state.again || more) return sync();
      schedule(state.error ? AGAIN : POLL);
      return null;
    });
  }

  let timer = 0;
  function schedule(wait) {
    window.clearTimeout(timer);
    timer = window.setTimeout(function () { if (document.hidden) schedule(wait); else sync(); }, wait);
  }

  function answered(some, answer) {
    const by = new Map(answer.results.map(function (one) { return [one.key, one]; })), problems = [];
    const done = some.filter(function (entry) {
      const became = by.get(entry.act.key);
      if (!became) return false;
      const isIn = entry.act.kind === "in" || entry.act.kind === "walk-in";
      if (became.outcome === "refused") problems.push({ key: entry.act.key, event: event, text: say("refused", { name: entry.name, words: became.words }) });
      else if (became.outcome === "already" && isIn) problems.push({ key: entry.act.key, event: event, text: say("conflict", { name: entry.name, time: clock(became.first || became.at), here: clock(entry.act.at) }) });
      else if (became.outcome === "not-in" && isIn) problems.push({ key: entry.act.key, event: event, text: say("not-counted", { name: entry.name, here: clock(entry.act.at) }) });
      return true;
    });
    return take(answer, false).then(function () { return store.settle(done, problems); }).then(function () {
      const gone = new Set(done.map(function (entry) { return entry.number; }));
      state.queue = state.queue.filter(function (entry) { return !gone.has(entry.number); });
      done.forEach(function (entry) { if (entry.local) settled(entry.local.id, by.get(entry.act.key)); });
      addLocals();
    }).then(function () { return problems.length ? store.problems(event).then(ui.problems) : null; })
      .then(function () { if (problems.length) ui.signal("ask"); });
  }

  // Who was registered here is a person of the server's from now on: what is shown of them stays, and what waits is theirs.
  function settled(local, became) {
    const person = became.person ? String(became.person) : "";
    if (person) state.made.set(local, person);
    state.queue.forEach(function (entry) { if (person && entry.who === local) entry.who = person; });
    if (!state.shown || state.shown.id !== local) return;
    if (became.outcome === "in" && state.list && state.list.people.has(person)) state.shown.id = person;
    else state.shown = null;
  }
  function known(id) { return state.made.get(String(id)) || id; }

  // ---- what is done

  // Never before what was done about them already: the clocks of two telephones differ, and one's own is set right meanwhile.
  function moment(who) {
    const one = state.list && state.list.people.get(who);
    const before = state.queue.filter(function (entry) { return entry.who === who; }).map(function (entry) { return entry.act.at; });
    if (one) [one.at, one.last].forEach(function (at) { if (at) before.push(at); });
    return new Date(Math.max.apply(null, before.map(function (at) { return Date.parse(at) + 1; }).concat(now().getTime()))).toISOString();
  }

  function put(entry) {
    entry.event = event;
    entry.act.key = crypto.randomUUID();
    entry.act.at = moment(entry.who);
    if (entry.local) { entry.local.id = "new-" + entry.act.key; entry.who = entry.local.id; }
    return store.add(entry).then(function (number) {
      entry.number = number;
      entry.who = known(entry.who);
      state.queue.push(entry);
      addLocals();
      if (!state.busy) schedule(SOON); else state.again = true;
      return entry;
    });
  }

  // By the list; of who is registered here and not sent yet by the act of registering.
  function about(one) {
    return one.local ? { of: String(one.id).slice(4) } : { person: one.id };
  }

  function letIn(one, code) {
    const along = ui.along(one);
    const act = Object.assign({ kind: "in", along: along }, code ? { code: code } : about(one));
    return put({ who: String(one.id), name: one.name, act: act }).then(function () { show(one, "good", say("in")); ui.signal("good"); }, failed);
  }
  function takeBack(one) {
    return put({ who: String(one.id), name: one.name, act: Object.assign({ kind: "out" }, about(one)) }).then(function () { show(one, "ask", say("out")); }, failed);
  }
  function changeAlong(one, count) {
    return put({ who: String(one.id), name: one.name, act: Object.assign({ kind: "along", along: count }, about(one)) }).then(refresh, failed);
  }
  function failed() { ui.warn(say("no-storage")); }

  function isFull(more) {
    return state.numbers && state.numbers.places !== null && state.list.inside(state.numbers, state.queue) + more > state.numbers.places;
  }

  // Somebody was scanned or chosen: in at once where nothing speaks against it, else whoever stands here decides.
  function meet(one, code) {
    const stand = state.list.stand(one, state.queue);
    state.code = code;
    if (stand.came === "in-person") { show(one, "bad", say("already", { time: clock(stand.at) })); ui.signal("bad"); return Promise.resolve(); }
    if (state.meta && now() < Date.parse(state.meta.event.opens)) {
      show(one, "ask", say("early"), say("door-opens", { time: clock(state.meta.event.opens) }));
      return Promise.resolve();
    }
    const reasons = [];
    if (one.reply !== "in-person") reasons.push(say(one.waits ? "said-waiting" : "said-" + one.reply));
    if (isFull(1 + (one.along || 0))) reasons.push(say("full", { places: state.numbers.places, inside: state.list.inside(state.numbers, state.queue) }));
    if (!reasons.length && code) return letIn(one, code);
    show(one, "ask", reasons.length ? say("decides") : say("said-in-person"), reasons.join(" · "), { letIn: reasons.length ? say("let-in-anyway") : say("let-in") });
    if (reasons.length) ui.signal("ask");
    return Promise.resolve();
  }

  function show(one, kind, head, more, ask) {
    state.shown = { id: known(one.id), kind: kind, head: head, more: more || "", ask: ask || null };
    refresh();
  }

  function reload() {
    return store.load(event, 0).then(function (answer) { return take(answer, true); }).catch(function () { /* by what is here */ });
  }

  let last = { text: "", at: 0 };
  function scanned(text) {
    const again = text === last.text && Date.now() - last.at < 4000;
    last = { text: text, at: Date.now() };
    if (again) return Promise.resolve();
    return window.doorCodes.digest(text).then(function (digest) {
      const known = state.list && state.list.codes.get(digest);
      if (known) return meet(state.list.people.get(known), text);
      // They may have registered since the list was loaded.
      return reload().then(function () {
        const found = state.list && state.list.codes.get(digest);
        if (found) return meet(state.list.people.get(found), text);
        const other = window.doorCodes.eventOf(text) !== event;
        state.shown = { id: null, kind: "bad", head: say(other ? "foreign" : "unknown"), more: say(other ? "foreign-more" : "unknown-more"), ask: null };
        ui.signal("bad");
        refresh();
        return null;
      });
    });
  }

  function refresh() {
    ui.status(state.error, state.queue.length, state.loaded && state.list ? say("kept-on", { time: clock(new Date(state.loaded + state.skew).toISOString()), count: state.list.people.size }) : say("no-list"));
    if (state.list && state.numbers) ui.numbers(state.list.inside(state.numbers, state.queue), state.numbers);
    const shown = state.shown, one = shown && shown.id !== null && state.list ? state.list.people.get(String(shown.id)) : null;
    ui.result(shown, one, one ? state.list.stand(one, state.queue) : null);
    ui.found(state.list ? state.list.search(ui.typed()) : [], function (found) { return state.list.stand(found, state.queue); });
  }

  ui.wire({
    scanned: scanned,
    typed: refresh,
    chosen: function (id) { const one = state.list.people.get(String(id)); if (one) meet(one, ""); },
    letIn: function () { const one = state.list.people.get(String(state.shown.id)); return letIn(one, state.code); },
    keepOut: function () { state.shown = null; refresh(); },
    takeBack: function () { takeBack(state.list.people.get(String(state.shown.id))); },
    along: function (count) { changeAlong(state.list.people.get(String(state.shown.id)), count); },
    seen: function (key) { store.seen(key).then(function () { return store.problems(event); }).then(ui.problems); },
    similar: function (name) { return state.list ? state.list.search(name).slice(0, 3) : []; },
    walkInInfo: function () { return { meta: state.meta, full: isFull(1) ? say("full", { places: state.numbers.places, inside: state.list.inside(state.numbers, state.queue) }) : "" }; },
    register: function (told) {
      const local = { name: told.name, reply: "in-person", local: true, along: told.along };
      return put({ name: told.name, local: local, act: Object.assign({ kind: "walk-in" }, told) }).then(function (entry) {
        const one = state.list && state.list.people.get(String(entry.who));
        if (one) show(one, "good", say("registered"));
        ui.signal("good");
      }, failed);
    },
  });
  window.addEventListener("online", function () { sync(); });
  document.addEventListener("visibilitychange", function () { if (!document.hidden) sync(); });

  // The page and all it is made of stay on the telephone, for this event.
  function settleIn() {
    if (!("serviceWorker" in navigator) || !window.caches) return;
    navigator.serviceWorker.register("/console/door/worker.js", { scope: "/console/door/" }).catch(function () { /* without it the page must stay open */ });
    caches.open(store.CACHE).then(function (cache) {
      return cache.addAll(JSON.parse(document.getElementById("door-shell").textContent).concat(window.location.pathname));
    }).catch(function () { /* no connection: what was kept before stays */ });
  }

  recall().then(function () { settleIn(); return sync(); });
  // What the camera calls; also by who looks whether all of it works.
  window.door = { scanned: scanned, waiting: function () { return state.queue.length; }, sync: sync, inside: function () { return state.list && state.numbers ? state.list.inside(state.numbers, state.queue) : 0; } };
})();
