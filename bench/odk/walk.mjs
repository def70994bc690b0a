// Plays walks through ODK Web Forms' engine. What goes in and out is told in bench/walk_engines.py.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { JSDOM } from "jsdom";

const dom = new JSDOM("");
for (const name of ["window", "document", "DOMParser", "XMLSerializer", "Node", "Element", "Attr", "Text", "Document",
  "XMLDocument", "CDATASection", "Comment", "ProcessingInstruction", "NodeFilter", "HTMLElement", "DocumentType",
  "DocumentFragment", "CharacterData"]) {
  globalThis[name] ??= name === "window" ? dom.window : dom.window[name];
}
globalThis.require = createRequire(import.meta.url);
globalThis.__dirname = import.meta.dirname;
const { loadForm } = await import("@getodk/xforms-engine");

const now = () => Number(process.hrtime.bigint()) / 1e9;
const escaped = (text) => text.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
const letters = { t: "\t", n: "\n", r: "\r", "\\": "\\" };
const plain = (text) => text.replaceAll(/\\(.)/g, (_, letter) => letters[letter]);
const nowhere = { fetchFormAttachment: async () => new Response("", { status: 404 }), missingResourceBehavior: "BLANK" };

function readScript(script) {
  const forms = [];
  for (const line of readFileSync(script, "utf-8").split("\n").filter(Boolean)) {
    const [word, ref, value] = line.split("\t");
    if (word === "form") forms.push({ path: ref, walks: [] });
    else if (word === "walk") forms.at(-1).walks.push([]);
    else forms.at(-1).walks.at(-1).push([word, ref, plain(value)]);
  }
  return forms;
}

async function load(form) {
  const xform = readFileSync(form.path, "utf-8");
  const begun = now();
  const made = await loadForm(xform, nowhere);
  const took = now() - begun;
  if (made.status === "failure") throw new Error(String(made.error));
  form.made = made;
  return took;
}

function collect(node, found = new Map()) {
  found.set(node.currentState.reference, node);
  for (const child of node.currentState.children ?? []) collect(child, found);
  return found;
}

function put(node, value) {
  switch (node.nodeType) {
    case "select":
      if (node.selectType === "select1") return node.selectValue(value || null); // a choice of a file may hold blanks
      return node.selectValues(value ? value.split(" ") : []);
    case "rank": return node.setValues(value.split(" "));
    case "trigger": return node.setValue(value === "OK");
    case "range": case "input": return node.setValue(value);
    default: throw new Error(`${node.nodeType} takes no value here`);
  }
}

// The engine keeps what breaks a constraint and flags it; here it goes back to what was there before.
function set(node, value) {
  const { instanceValue } = node.currentState;
  if (!node.currentState.relevant) return "not-relevant";
  put(node, value);
  if (node.validationState.constraint?.valid ?? true) return "ok";
  put(node, instanceValue);
  return "constraint";
}

let seen = 0;

// Every node is asked for what somebody sees of it: its state, its value, its label, its choices and theirs.
function look(node) {
  const { relevant, required, readonly, instanceValue, label, valueOptions, children } = node.currentState;
  seen += relevant + required + readonly + (instanceValue?.length ?? 0);
  if (relevant) {
    seen += label?.asString.length ?? 0;
    for (const option of valueOptions ?? []) seen += option.value.length + (option.label?.asString.length ?? 0);
  }
  for (const child of children ?? []) look(child);
}

// After every step: whether each node is relevant, and its value.
function read(node) {
  const { relevant, instanceValue, children } = node.currentState;
  seen += relevant + (instanceValue?.length ?? 0);
  for (const child of children ?? []) read(child);
}

function act(node, action, value) {
  if (action === "set") return set(node, value);
  if (action !== "add") throw new Error(`${action} is not played here`);
  node.addInstances();
  return "ok";
}

function walk(form, steps) {
  const { root } = form.made.createInstance();
  let nodes = collect(root);
  const outcomes = steps.map(([action, ref, value]) => {
    const node = nodes.get(ref) ?? (nodes = collect(root)).get(ref);
    if (!node) throw new Error(`no node ${ref}`);
    const outcome = act(node, action, value);
    read(root);
    return outcome;
  });
  look(root);
  seen += root.validationState.violations.length;
  return { outcomes, root };
}

function* values(node) {
  const { relevant, instanceValue, reference, children } = node.currentState;
  if (!relevant) return;
  if (!children && instanceValue) yield [reference, String(instanceValue)];
  for (const child of children ?? []) yield* values(child);
}

async function warmUp(form, seconds) {
  try {
    await load(form);
    await load(form);
    for (const steps of form.walks) {
      const end = now() + seconds;
      do walk(form, steps); while (now() < end);
    }
  } catch {
    // It is told when the form is played.
  }
}

async function play(form) {
  const told = [];
  try {
    told.push(["load", await load(form)]);
  } catch (error) {
    return [["error", -1, escaped(String(error))]];
  }
  form.walks.forEach((steps, number) => {
    try {
      const begun = now();
      const played = walk(form, steps);
      told.push(["time", number, now() - begun]);
      told.push(["outcomes", number, played.outcomes.join(" ")]);
      for (const [ref, value] of values(played.root)) told.push(["value", number, ref, escaped(value)]);
    } catch (error) {
      told.push(["error", number, escaped(String(error))]);
    }
  });
  return told;
}

const forms = readScript(process.argv[2]);
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const [word, ...parts] = line.split(" ");
  const told = [];
  globalThis.gc?.();
  if (word === "warm") for (const form of forms) await warmUp(form, Number(parts[0]));
  else told.push(...await play(forms[Number(parts[0])]));
  process.stdout.write([...told.map((parts) => parts.join("\t")), "done\n"].join("\n"));
}
process.stderr.write(`looked at ${seen}\n`);
