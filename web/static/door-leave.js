// Signing out: what was noted at a door is sent first, then the telephone forgets the lists.
(function () {
  "use strict";

  const store = window.doorStore;
  if (!store || !window.indexedDB) return;

  function sendAll() {
    return store.events().then(function (events) {
      return events.reduce(function (before, event) { return before.then(function () { return send(event); }); }, Promise.resolve());
    });
  }

  function send(event) {
    return Promise.all([store.load(event, 1), store.queue(event)]).then(function (found) { return sendRest(event, found[0].token, found[1]); });
  }

  function sendRest(event, token, acts) {
    if (!acts.length) return null;
    const some = acts.slice(0, 100);
    return store.send(event, token, some).then(function (answer) {
      const answered = new Set(answer.results.map(function (one) { return one.key; }));
      return store.settle(some.filter(function (one) { return answered.has(one.act.key); }), []).then(function () { return sendRest(event, answer.token, acts.slice(100)); });
    });
  }

  store.clearOld().catch(function () { /* private browsing */ });
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.matches("form[action='/console/sign-out']") || form.dataset.cleared) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.dataset.cleared = "1";
    sendAll().catch(function () { /* it stays on the telephone */ })
      .then(function () { return store.clearAll(); })
      .catch(function () { /* private browsing */ })
      .then(function () { form.submit(); });
  }, true);
})();
