// The list of a door, and what follows from what was done here and is not sent yet. No page, no network.
(function () {
  "use strict";

  const MOST = 12;

  // Small letters without accents: who types "noe" finds "Noé".
  function plain(text) {
    return String(text || "").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/ß/g, "ss").replace(/ø/g, "o").replace(/ł/g, "l").replace(/đ/g, "d").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  }

  function DoorList(people) {
    this.people = new Map();
    this.codes = new Map();
    this.take(people);
  }

  DoorList.prototype.take = function (people) {
    people.forEach(function (one) {
      one.words = plain([one.name, one.org, one.instead].join(" "));
      this.people.set(String(one.id), one);
      (one.codes || []).forEach(function (code) { this.codes.set(code, String(one.id)); }, this);
    }, this);
  };

  // Who was registered at a door and taken back is on no list any more.
  DoorList.prototype.lose = function (ids) {
    ids.forEach(function (id) { this.people.delete(String(id)); }, this);
  };

  // Every word that was typed begins a word of the name, of the organisation or of who comes instead.
  DoorList.prototype.search = function (typed) {
    const wanted = plain(typed).split(" ").filter(Boolean);
    if (!wanted.length) return [];
    const found = [];
    this.people.forEach(function (one) {
      const words = " " + one.words;
      if (wanted.every(function (word) { return words.indexOf(" " + word) >= 0; })) found.push(one);
    });
    return found.sort(function (a, b) { return a.words < b.words ? -1 : 1; }).slice(0, MOST);
  };

  // How somebody stands with what is still to be sent.
  DoorList.prototype.stand = function (one, queue) {
    const now = { came: one.came || "", at: one.at || "", along: one.with || 0 };
    queue.forEach(function (entry) {
      const act = entry.act;
      if (String(entry.who) !== String(one.id)) return;
      if (act.kind === "out") { now.came = ""; now.at = ""; now.along = 0; }
      else if (act.kind === "along") now.along = act.along;
      else if (now.came !== "in-person") { now.came = "in-person"; now.at = act.at; now.along = act.along; }
    });
    return now;
  };

  // Heads inside: what the server counted last, and what was done here since.
  DoorList.prototype.inside = function (numbers, queue) {
    let count = numbers.inside;
    const touched = new Set(queue.map(function (entry) { return String(entry.who); }));
    touched.forEach(function (who) {
      const one = this.people.get(who);
      if (!one) return;
      const now = this.stand(one, queue), before = one.came === "in-person" ? 1 + (one.with || 0) : 0;
      count += (now.came === "in-person" ? 1 + now.along : 0) - before;
    }, this);
    return count;
  };

  function bare(scanned) { return scanned.trim().split("/door/").pop().slice(0, 200); }

  // The same digest as the list has: a code can be found without knowing how codes are made.
  function digest(scanned) {
    return crypto.subtle.digest("SHA-256", new TextEncoder().encode(bare(scanned))).then(function (bytes) {
      return Array.from(new Uint8Array(bytes)).map(function (byte) { return byte.toString(16).padStart(2, "0"); }).join("").slice(0, 20);
    });
  }

  // The event that a code says it is for, 0 where it is none of ours; only the server knows whether it is true.
  function eventOf(scanned) {
    try {
      const text = atob(bare(scanned).replace(/-/g, "+").replace(/_/g, "/"));
      const found = /^\d+:(\d+)$/.exec(text.slice(0, -16));
      return found ? Number(found[1]) : 0;
    } catch (error) { return 0; }
  }

  window.DoorList = DoorList;
  window.doorCodes = { digest: digest, eventOf: eventOf };
})();
