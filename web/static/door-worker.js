// Keeps the page of a door on the telephone, so that it opens without a connection; it sees nothing else of the console.
"use strict";

const CACHE = "ascolto-door", PATIENCE = 8000, PAGE = /^\/console\/door\/\d+$/;

self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });

// What comes, or what was kept where nothing comes in time or at all.
function orKept(coming, kept) {
  return new Promise(function (resolve) {
    const timer = setTimeout(function () { kept().then(function (found) { if (found) resolve(found); }); }, PATIENCE);
    coming.catch(function () { return kept().then(function (found) { return found || Response.error(); }); })
      .then(function (answer) { clearTimeout(timer); resolve(answer); });
  });
}

// As it is now; as it was kept where there is no connection. To be led to the sign-in page is an answer too. Who may not
// stand here any more is shown the page that was kept: it takes the list off the telephone, and says so.
function page(request) {
  const path = new URL(request.url).pathname, kept = function () { return caches.match(path); };
  return orKept(fetch(request).then(function (answer) {
    if (answer.status === 403 || answer.status === 404) return kept().then(function (found) { return found || answer; });
    if (!answer.ok) return answer;
    const copy = answer.clone();
    return caches.open(CACHE).then(function (cache) { return cache.put(path, copy); }).then(function () { return answer; });
  }), kept);
}

function asset(request) {
  return caches.match(request).then(function (kept) {
    return kept || orKept(fetch(request), function () { return caches.match(request, { ignoreSearch: true }); });
  });
}

self.addEventListener("fetch", function (event) {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && PAGE.test(address.pathname)) event.respondWith(page(event.request));
  else if (address.pathname.startsWith("/assets/")) event.respondWith(asset(event.request));
});
