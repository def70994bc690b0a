// Keeps the page of a door on the telephone, so that it opens without a connection; it sees nothing else of the console.
"use strict";

const CACHE = "ascolto-door", PAGE = /^\/console\/door\/\d+$/;

self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });

// As it is now; as it was kept where there is no connection. To be led to the sign-in page is an answer too.
function page(request) {
  return fetch(request).then(function (answer) {
    if (answer.ok) {
      const kept = answer.clone();
      return caches.open(CACHE).then(function (cache) { return cache.put(new URL(request.url).pathname, kept); }).then(function () { return answer; });
    }
    return answer;
  }).catch(function () {
    return caches.match(new URL(request.url).pathname).then(function (kept) { return kept || Response.error(); });
  });
}

function asset(request) {
  return caches.match(request).then(function (kept) {
    return kept || fetch(request).catch(function () { return caches.match(request, { ignoreSearch: true }).then(function (old) { return old || Response.error(); }); });
  });
}

self.addEventListener("fetch", function (event) {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && PAGE.test(address.pathname)) event.respondWith(page(event.request));
  else if (address.pathname.startsWith("/assets/")) event.respondWith(asset(event.request));
});
