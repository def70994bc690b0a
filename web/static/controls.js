// What scripts add to a question's controls; without them each works by itself.
(function () {
  "use strict";

  const MOST_SHOWN = 200;

  function start() {
    document.querySelectorAll("select[data-search]").forEach(makeCombobox);
    document.querySelectorAll(".choices[data-search]").forEach(addFilter);
    document.querySelectorAll("[data-rank]").forEach(addMoves);
    document.querySelectorAll("[data-position]").forEach(addPosition);
  }

  // A page that the browser brings back from its memory holds what was made before, without its listeners.
  function once(element) {
    if (element.startedHere) return false;
    element.startedHere = true;
    return true;
  }

  function make(tag, attributes) {
    const made = document.createElement(tag);
    Object.entries(attributes).forEach(function (one) { made.setAttribute(one[0], one[1]); });
    return made;
  }

  // Small letters without accents: who looks for "citta" finds "Città".
  function plain(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().trim();
  }

  function matches(label, wanted) {
    return plain(wanted).split(/\s+/).every(function (word) { return label.includes(word); });
  }

  // A select box as an editable combobox with a list (WAI-ARIA Authoring Practices, "Combobox").
  function makeCombobox(select) {
    if (!once(select)) return;
    const choices = Array.from(select.options).filter(function (one) { return one.value; })
      .map(function (one) { return { value: one.value, label: one.text, plain: plain(one.text) }; });
    const id = select.id;
    const input = make("input", {
      type: "text", id: id, class: "field-input", role: "combobox", autocomplete: "off", "aria-autocomplete": "list",
      "aria-expanded": "false", "aria-controls": id + "-list",
    });
    ["aria-describedby", "aria-invalid", "aria-required"].forEach(function (name) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    });
    const list = make("ul", { id: id + "-list", role: "listbox", class: "found", "aria-label": select.dataset.label });
    const told = make("p", { role: "status", class: "visually-hidden" });
    const hint = make("p", { id: id + "-search", class: "field-hint" });
    hint.textContent = select.dataset.hint;
    input.setAttribute("aria-describedby", [hint.id, input.getAttribute("aria-describedby")].filter(Boolean).join(" "));
    const box = make("div", { class: "combobox" });
    let shown = [], active = -1;

    function close() {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }
    function open(wanted) {
      shown = choices.filter(function (one) { return matches(one.plain, wanted); });
      list.replaceChildren.apply(list, shown.slice(0, MOST_SHOWN).map(function (one, place) {
        const item = make("li", {
          id: id + "-found-" + place, role: "option", "aria-selected": String(one.value === select.value),
        });
        item.textContent = one.label;
        item.addEventListener("mousedown", function (event) { event.preventDefault(); pick(one); });
        return item;
      }));
      list.hidden = !shown.length;
      active = -1;
      input.setAttribute("aria-expanded", String(!list.hidden));
      input.removeAttribute("aria-activedescendant");
      told.textContent = select.dataset.found.replace("{count}", shown.length);
    }
    function go(step) {
      if (list.hidden) open("");
      const items = list.children;
      if (!items.length) return;
      if (active >= 0) items[active].classList.remove("active");
      active = (active + step + (active < 0 && step < 0 ? 1 : 0) + items.length) % items.length;
      items[active].classList.add("active");
      items[active].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", items[active].id);
    }
    function pick(one) {
      select.value = one ? one.value : "";
      input.value = one ? one.label : "";
      close();
    }
    // What was typed counts where it names one choice; otherwise what was chosen before stays.
    function settle() {
      const wanted = plain(input.value);
      const kept = choices.find(function (one) { return one.value === select.value; });
      if (kept && kept.plain === wanted) return close();
      const found = choices.filter(function (one) { return matches(one.plain, wanted); });
      const exact = found.find(function (one) { return one.plain === wanted; });
      if (!wanted) return pick(null);
      pick(exact || (found.length === 1 ? found[0] : kept));
    }

    input.addEventListener("input", function () { open(input.value); });
    input.addEventListener("click", function () { if (list.hidden) open(""); });
    input.addEventListener("blur", settle);
    input.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        go(event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Enter") {
        if (active >= 0 && !list.hidden) { event.preventDefault(); pick(shown[active]); } else settle();
      } else if (event.key === "Escape") {
        if (list.hidden) pick(null); else close();
      }
    });

    select.removeAttribute("id");
    select.hidden = true;
    select.before(hint, box);
    box.append(input, list, told);
    const chosen = choices.find(function (one) { return one.value === select.value; });
    pick(chosen || null);
  }

  // A box over many ticks that leaves those that match, and those that are ticked.
  function addFilter(group) {
    if (!once(group)) return;
    const rows = Array.from(group.querySelectorAll(".form-check")).map(function (row) {
      return { row: row, plain: plain(row.textContent), input: row.querySelector("input") };
    });
    const id = rows.length ? rows[0].input.name + "-search" : "";
    const label = make("label", { for: id, class: "field-label" });
    label.textContent = group.dataset.label;
    const input = make("input", { type: "search", id: id, class: "field-input", autocomplete: "off" });
    const told = make("p", { role: "status", class: "field-hint" });
    const box = make("div", { class: "filter" });
    input.addEventListener("input", function () {
      let count = 0;
      rows.forEach(function (one) {
        const found = matches(one.plain, input.value);
        if (found) count += 1;
        one.row.hidden = !found && !one.input.checked;
      });
      told.textContent = input.value ? group.dataset.found.replace("{count}", count) : "";
    });
    input.addEventListener("keydown", function (event) { if (event.key === "Enter") event.preventDefault(); });
    box.append(label, input, told);
    group.before(box);
  }

  // Buttons that move a line up or down; the places follow the order of the lines.
  function addMoves(list) {
    if (!once(list)) return;
    const lines = function () { return Array.from(list.children); };
    const told = make("p", { role: "status", class: "visually-hidden" });
    const place = function (line) { return line.querySelector("select"); };
    lines().sort(function (one, other) { return (place(one).value || 9999) - (place(other).value || 9999); })
      .forEach(function (line) { list.append(line); });
    list.after(told);
    lines().forEach(function (line) {
      const moves = make("span", { class: "moves" });
      [["↑", -1, list.dataset.up], ["↓", 1, list.dataset.down]].forEach(function (one) {
        const button = make("button", { type: "button", class: "btn btn-outline-primary btn-sm" });
        button.setAttribute("aria-label", one[2] + ": " + line.querySelector("label").textContent.trim());
        button.textContent = one[0];
        button.addEventListener("click", function () {
          if ("alone" in list.dataset) moveAlone(line, one[1]); else move(line, one[1]);
          button.focus();
        });
        moves.append(button);
      });
      line.append(moves);
    });

    function move(line, step) {
      const other = step < 0 ? line.previousElementSibling : line.nextElementSibling;
      if (other && step < 0) list.insertBefore(line, other);
      if (other && step > 0) list.insertBefore(other, line);
      lines().forEach(function (one, at) { place(one).value = String(at + 1); });
      told.textContent = list.dataset.told.replace("{place}", lines().indexOf(line) + 1)
        .replace("{count}", lines().length);
    }

    // Where lines may be left out a press places that one alone: below those placed, then up; down from the last, out.
    function moveAlone(line, step) {
      const placed = lines().filter(function (one) { return place(one).value; });
      placed.sort(function (one, other) { return place(one).value - place(other).value; });
      const at = placed.indexOf(line), most = place(line).options.length - 1;
      if (at < 0 && step < 0 && placed.length < most) placed.push(line);
      else if (at >= 0 && at + step === placed.length) placed.pop();
      else if (at >= 0 && at + step >= 0) placed.splice(at + step, 0, placed.splice(at, 1)[0]);
      const left = lines().filter(function (one) { return !placed.includes(one); });
      left.forEach(function (one) { place(one).value = ""; });
      placed.forEach(function (one, at) { place(one).value = String(at + 1); });
      placed.concat(left).forEach(function (one) { list.append(one); });
      told.textContent = !place(line).value ? list.dataset.alone
        : list.dataset.told.replace("{place}", place(line).value).replace("{count}", lines().length);
    }
  }

  // The device's own position; no address is asked but the device.
  function addPosition(button) {
    if (!once(button)) return;
    const box = button.closest("[data-point]"), told = box.querySelector("[role=status]");
    const field = function (part) { return box.querySelector("[name$='." + part + "']"); };
    const short = function (number, places) { return String(Number(number.toFixed(places))); };
    const say = function (text) { told.textContent = text; };
    ["lat", "lon"].forEach(function (part) {
      field(part).addEventListener("input", function () { field("acc").value = field("alt").value = ""; });
    });
    button.addEventListener("click", function () {
      if (!navigator.geolocation) return say(button.dataset.failed);
      say(button.dataset.asking);
      navigator.geolocation.getCurrentPosition(function (found) {
        const at = found.coords;
        field("lat").value = short(at.latitude, 6);
        field("lon").value = short(at.longitude, 6);
        field("alt").value = at.altitude === null ? "" : short(at.altitude, 1);
        field("acc").value = short(at.accuracy, 1);
        say(button.dataset.done);
      }, function () { say(button.dataset.failed); }, { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 });
    });
  }

  document.addEventListener("DOMContentLoaded", start);
  document.addEventListener("htmx:afterSettle", start);
})();
