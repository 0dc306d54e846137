// Puts the declarations that the compiler writes, one file for each module, into one.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const IMPORT = /^import .* from "(\.\.?\/.*)\.ts";$/;
const REEXPORT = /^export (type )?(\*|\{.*\}) from "(\.\.?\/.*)\.ts";$/;
const DECLARED = /^(?:export )?(?:declare )?(?:abstract )?(class|interface|type|const|function) (\w+)/;

/** A module's own declarations, and what it says of others. */
function read(folder, name) {
  const module = { body: [], names: new Set(), types: new Set(), uses: [], reexports: [] };
  for (const line of readFileSync(join(folder, `${name}.d.ts`), "utf8").split("\n")) {
    const from = IMPORT.exec(line) ?? REEXPORT.exec(line);
    if (from) {
      module.uses.push(beside(name, from.at(-1)));
      if (line.startsWith("export")) module.reexports.push({ names: from[2], of: module.uses.at(-1) });
      if (/\bas\b/.test(line) || line.startsWith("export *")) throw new Error(`${name}: ${line}: what has another name elsewhere, or none, cannot be put into one file`);
      continue;
    }
    if (/^(import|export \{|export \*)/.test(line) && line !== "export {};" || line.includes("import(")) throw new Error(`${name}: what is ${line}`);
    const [, what, declared] = DECLARED.exec(line) ?? [];
    if (declared) module.names.add(declared);
    if (declared && line.startsWith("export ") && /interface|type/.test(what)) module.types.add(declared);
    if (line !== "export {};") module.body.push(line.replace(/^export /, ""));
  }
  return module;
}

/** The name of a module that one refers to, from the root. */
const beside = (name, to) => new URL(to, `file:///${name}`).pathname.slice(1);

/** The declarations of a module and of all that it refers to, as one module that exports what it does. */
export function flatten(folder, entry) {
  const modules = new Map();
  const names = new Map();
  const visit = (name) => {
    if (modules.has(name)) return;
    const module = read(folder, name);
    modules.set(name, module);
    for (const n of module.names) {
      if (names.has(n)) throw new Error(`both ${names.get(n)} and ${name} have ${n}, which cannot be in one file`);
      names.set(n, name);
    }
    module.uses.forEach(visit);
  };
  visit(entry);
  const shown = modules.get(entry).reexports.flatMap(({ names, of }) =>
    names === "*" ? [...modules.get(of).types] : names.slice(1, -1).split(",").map((n) => n.replace("type ", "").trim()).filter(Boolean),
  );
  const bodies = [...modules.values()].map((m) => m.body.join("\n").trim()).filter(Boolean);
  return `${bodies.join("\n")}\nexport { ${[...new Set(shown)].sort().join(", ")} };\n`;
}
