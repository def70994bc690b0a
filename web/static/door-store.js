// What a telephone at the door keeps: the list of an event, what is still to be sent, what somebody has to look at.
(function () {
  "use strict";

  const DAY = 86400000, CACHE = "ascolto-door", PATIENCE = 8000, READING = 30000;
  let opened = null;

  function open() {
    opened = opened || new Promise(function (resolve, reject) {
      const asked = indexedDB.open("ascolto-door", 1);
      asked.onupgradeneeded = function () {
        asked.result.createObjectStore("events", { keyPath: "id" });
        asked.result.createObjectStore("people", { keyPath: ["event", "id"] }).createIndex("event", "event");
        asked.result.createObjectStore("queue", { keyPath: "number", autoIncrement: true }).createIndex("event", "event");
        asked.result.createObjectStore("problems", { keyPath: "key" }).createIndex("event", "event");
      };
      asked.onsuccess = function () { resolve(asked.result); };
      asked.onerror = function () { opened = null; reject(asked.error); };
    });
    return opened;
  }

  // One transaction; what `work` returns is asked for its result once everything is on the disk.
  function run(stores, mode, work) {
    return open().then(function (base) {
      return new Promise(function (resolve, reject) {
        const change = base.transaction(stores, mode, { durability: "strict" });
        const asked = work(function (name) { return change.objectStore(name); });
        change.oncomplete = function () { resolve(asked && asked.result); };
        change.onerror = change.onabort = function () { reject(change.error); };
      });
    });
  }

  function of(store, event) {
    return run([store], "readonly", function (at) { return at(store).index("event").getAll(event); });
  }

  function drop(store, event, then) {
    store.index("event").getAllKeys(event).onsuccess = function (got) {
      got.target.result.forEach(function (key) { store.delete(key); });
      if (then) then();
    };
  }

  const store = {
    list: function (event) {
      return Promise.all([run(["events"], "readonly", function (at) { return at("events").get(event); }), of("people", event)]).then(function (found) {
        return found[0] && Object.assign(found[0], { people: found[1] });
      });
    },
    // The event, and those of its people who have changed or are gone; with `gone` null all in the place of all there were.
    keepList: function (list, people, gone) {
      return run(["events", "people"], "readwrite", function (at) {
        at("events").put(list);
        function put() { people.forEach(function (one) { at("people").put(Object.assign({}, one, { event: list.id })); }); }
        if (!gone) { drop(at("people"), list.id, put); return; }
        gone.forEach(function (id) { at("people").delete([list.id, id]); });
        put();
      });
    },
    queue: function (event) { return of("queue", event); },
    problems: function (event) { return of("problems", event); },
    add: function (act) { return run(["queue"], "readwrite", function (at) { return at("queue").add(act); }); },
    // What was answered leaves the queue in the same moment in which what is to be looked at is kept.
    settle: function (acts, problems) {
      return run(["queue", "problems"], "readwrite", function (at) {
        acts.forEach(function (act) { at("queue").delete(act.number); });
        problems.forEach(function (one) { at("problems").put(one); });
      });
    },
    anyProblem: function () {
      return run(["problems"], "readonly", function (at) { return at("problems").getAll(); }).then(function (all) { return all[0] || null; });
    },
    seen: function (key) { return run(["problems"], "readwrite", function (at) { at("problems").delete(key); }); },

    isOver: function (event, skew) { return Date.parse(event.ends) + DAY < Date.now() + skew; },
    // Lists go a day after the end; what is still to be sent stays until it was.
    clearOld: function () {
      return run(["events"], "readonly", function (at) { return at("events").getAll(); }).then(function (all) {
        const old = all.filter(function (one) { return store.isOver(one.event, one.skew); });
        return Promise.all(old.map(function (one) { return store.forget(one.id); }));
      });
    },
    // What somebody has to look at stays until they have.
    forget: function (event) {
      return run(["events", "people"], "readwrite", function (at) {
        at("events").delete(event);
        drop(at("people"), event);
      }).then(function () { return window.caches ? caches.open(CACHE) : null; })
        .then(function (cache) { return cache && cache.delete("/console/door/" + event); });
    },
    clearAll: function () {
      return run(["events", "people", "problems"], "readwrite", function (at) { at("events").clear(); at("people").clear(); at("problems").clear(); })
        .then(function () { return window.caches && caches.delete(CACHE); });
    },
    discard: function (event) { return run(["queue"], "readwrite", function (at) { drop(at("queue"), event); }); },
    events: function () {
      return run(["queue"], "readonly", function (at) { return at("queue").getAll(); }).then(function (all) {
        return Array.from(new Set(all.map(function (one) { return one.event; })));
      });
    },
  };

  // A text that was agreed to is long, and many agree to the same one: it travels once, and acts name it by its number.
  function body(token, acts, since) {
    const seals = Array.from(new Set(acts.map(function (act) { return act.act.text; }).filter(Boolean)));
    const sent = acts.map(function (act) { return act.act.text ? Object.assign({}, act.act, { text: seals.indexOf(act.act.text) }) : act.act; });
    return new URLSearchParams([["token", token], ["acts", JSON.stringify(sent)], ["seals", JSON.stringify(seals)], ["since", since === undefined ? "" : since]]);
  }

  // Only we ourselves say that an account may not stand here: what stands between may answer anything for a while.
  function refused(answer) {
    return answer.json().catch(function () { return null; }).then(function (told) {
      throw told && told.service === "ascolto" ? new Error("forbidden") : new TypeError("not ours");
    });
  }

  // A redirect leads to the sign-in page: nobody is signed in any more. A network that does not answer is none.
  function ask(address, options) {
    const asked = Date.now(), ended = new AbortController(), end = function () { ended.abort(); };
    const wanted = Object.assign({ redirect: "manual", headers: { Accept: "application/json" }, cache: "no-store", signal: ended.signal }, options);
    let timer = window.setTimeout(end, PATIENCE);
    return fetch(address, wanted).then(function (answer) {
      window.clearTimeout(timer);
      timer = window.setTimeout(end, READING);
      if (answer.type === "opaqueredirect") throw new Error("signed-out");
      const heard = Date.now();
      if (answer.status === 403 || answer.status === 404) return refused(answer);
      if (!answer.ok) throw new Error("failed");
      return answer.json().then(function (told) { return Object.assign(told, { asked: asked, heard: heard }); });
    }).catch(function (error) { throw ended.signal.aborted ? new TypeError("no answer") : error; })
      .finally(function () { window.clearTimeout(timer); });
  }

  store.load = function (event, since) { return ask("/console/door/" + event + "/list" + (since ? "?since=" + since : "")); };
  // `since` is the last act this telephone knows of: the answer tells what other doors did after it.
  store.send = function (event, token, acts, since) {
    return ask("/console/door/" + event + "/acts", { method: "POST", body: body(token, acts, since) });
  };
  store.CACHE = CACHE;
  window.doorStore = store;
})();
