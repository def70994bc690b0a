// Plays walks through ODK Web Forms' engine: the form's XForm and a file of answers in, times and values out.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
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

const [xform, answers, warm, runs] = process.argv.slice(2);
const walks = JSON.parse(readFileSync(answers, "utf-8"));
const now = () => Number(process.hrtime.bigint()) / 1e9;
const bare = (ref) => ref.replaceAll(/\[1\]/g, "");

async function load() {
  const begun = now();
  const form = await loadForm(readFileSync(xform, "utf-8"));
  if (form.status === "failure") throw new Error(String(form.error));
  return [form, now() - begun];
}

function collect(node, found) {
  found.set(bare(node.currentState.reference), node);
  for (const child of node.currentState.children ?? []) collect(child, found);
  return found;
}

function set(node, value) {
  switch (node.nodeType) {
    case "select": return node.valueType && node.selectType === "select1" ? node.selectValue(value) : node.selectValues(value.split(" "));
    case "rank": return node.setValues(value.split(" "));
    case "trigger": return node.setValue(value === "OK");
    case "range": case "input": return node.setValue(value);
    default: throw new Error(`${node.nodeType} takes no value here`);
  }
}

// Every node is asked for what somebody would see of it: whether it counts, and what it holds.
function read(root) {
  const found = {};
  for (const [ref, node] of collect(root, new Map())) {
    const { relevant, required, readonly, instanceValue, value } = node.currentState;
    if (relevant && (instanceValue ?? value) !== undefined && !node.currentState.children) found[ref] = String(instanceValue ?? value);
    void required; void readonly;
  }
  return found;
}

function walk(form, steps) {
  const begun = now();
  const { root } = form.createInstance();
  let nodes = collect(root, new Map());
  for (const [ref, value] of steps) {
    let node = nodes.get(bare(ref));
    if (!node) node = (nodes = collect(root, new Map())).get(bare(ref));
    if (!node) throw new Error(`no node ${ref}`);
    set(node, value);
  }
  const values = read(root);
  return [now() - begun, values];
}

const loads = [];
let form;
for (let at = 0; at < 5; at += 1) { let took; [form, took] = await load(); loads.push(took); }
const told = walks.map((steps) => {
  try {
    for (let at = 0; at < Number(warm); at += 1) walk(form, steps);
    const times = [];
    let values;
    for (let at = 0; at < Number(runs); at += 1) { let took; [took, values] = walk(form, steps); times.push(took); }
    return { times, values };
  } catch (error) {
    return { error: String(error) };
  }
});
process.stdout.write(JSON.stringify({ loads, walks: told }));
