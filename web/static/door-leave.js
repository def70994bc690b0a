// Signing out: what was noted at a door is sent first, then the telephone forgets the lists. What still has to be looked
// at, such as somebody who could not be registered after all, is shown once before. What this account may not send any
// more can be discarded; it stays for another one otherwise.
(function () {
  "use strict";

  const store = window.doorStore, SHOWN = "door-problems-shown";
  if (!store || !window.indexedDB) return;

  function sendAll() {
    return store.events().then(function (events) {
      return events.reduce(function (before, event) {
        return before.then(function () { return send(event); }).catch(function (error) { return error.message === "forbidden" ? offer(event) : null; });
      }, Promise.resolve());
    });
  }

  function offer(event) {
    return store.queue(event).then(function (acts) {
      const told = document.querySelector("[data-unsent]").dataset.unsent.replace("{count}", acts.length);
      return acts.length && window.confirm(told) ? store.discard(event) : null;
    });
  }

  function send(event) {
    return Promise.all([store.load(event, 1), store.queue(event)]).then(function (found) { return sendRest(event, found[0].token, found[1]); });
  }

  function sendRest(event, token, acts) {
    if (!acts.length) return null;
    const some = acts.slice(0, 100);
    return store.send(event, token, some).then(function (answer) {
      const by = new Map(answer.results.map(function (one) { return [one.key, one]; }));
      const done = some.filter(function (one) { return by.has(one.act.key); });
      const problems = done.filter(function (one) { return by.get(one.act.key).outcome === "refused"; }).map(function (one) {
        return { key: one.act.key, event: event, text: one.name + ": " + by.get(one.act.key).words };
      });
      return store.settle(done, problems).then(function () { return sendRest(event, answer.token, acts.slice(100)); });
    });
  }

  // The door where something is to be looked at, if it was not shown already.
  function unseen() {
    if (sessionStorage.getItem(SHOWN)) return Promise.resolve(null);
    return store.anyProblem();
  }

  store.clearOld().catch(function () { /* private browsing */ });
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.matches("form[action='/console/sign-out']") || form.dataset.cleared) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.dataset.cleared = "1";
    sendAll().catch(function () { /* it stays on the telephone */ })
      .then(unseen)
      .then(function (problem) {
        if (problem) {
          sessionStorage.setItem(SHOWN, "1");
          window.location.assign("/console/door/" + problem.event);
          return null;
        }
        sessionStorage.removeItem(SHOWN);
        return store.clearAll().then(function () { form.submit(); });
      })
      .catch(function () { form.submit(); /* private browsing */ });
  }, true);
})();
