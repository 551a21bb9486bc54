// Evaluate search expressions over example files with fhirpath.js.
// argv: node_modules folder. stdin: {"Type": {"param": "expression"}}. stdout: one JSON line a file:
// {"file", "selected": {"param": [values]}, "errors": {"param": "text"}}.
"use strict";
const fs = require("fs");
const path = require("path");

const modules = process.argv[2];
const fhirpath = require(path.join(modules, "fhirpath"));
const r4 = require(path.join(modules, "fhirpath/fhir-context/r4"));

function root(node) {
  while (node.parentResNode) node = node.parentResNode;
  return node.data;
}

// resolve() needs a server. What a search parameter asks of it, the type, stands in the reference.
function target(nodes) {
  return nodes.map((node) => {
    const { reference, type } = node.data;
    if (reference && reference.startsWith("#")) {
      const found = (root(node).contained || []).find((each) => each.id === reference.slice(1));
      if (found) return { resourceType: found.resourceType };
    }
    const parts = (reference || "").replace(/\/_history\/.*$/, "").split("/");
    const name = parts[parts.length - 2];
    return { resourceType: name && r4.type2Parent[name] && /^[A-Z]/.test(name) ? name : type };
  });
}

const options = { userInvocationTable: { target: { fn: target, arity: { 0: [] }, internalStructures: true } } };
const wanted = JSON.parse(fs.readFileSync(0, "utf8"));
const compiled = {};
for (const [type, params] of Object.entries(wanted)) {
  compiled[type] = Object.entries(params).map(([name, text]) => [name, fhirpath.compile(text, r4, options)]);
}

const examples = path.join(modules, "hl7.fhir.r4.examples");
for (const file of fs.readdirSync(examples).sort()) {
  if (!file.endsWith(".json")) continue;
  const resource = JSON.parse(fs.readFileSync(path.join(examples, file), "utf8"));
  if (!compiled[resource.resourceType]) continue;
  const line = { file, selected: {}, errors: {} };
  for (const [name, run] of compiled[resource.resourceType]) {
    try {
      const found = run(resource).filter((each) => each !== null && each !== undefined);
      if (found.length) line.selected[name] = found;
    } catch (error) {
      line.errors[name] = String(error);
    }
  }
  fs.writeSync(1, JSON.stringify(line) + "\n");
}
