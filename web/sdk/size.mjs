// Prints what the SDK adds to a page, minified and gzipped: what a page with a
// worker loads, the engine for pages without one, and what predicts.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const entry = "\0entry";
const { output } = await build({
  configFile: false,
  root: here,
  logLevel: "silent",
  plugins: [{
    name: "entry",
    resolveId: (id) => (id === "entry" ? entry : undefined),
    load: (id) => (id === entry ? `export * from ${JSON.stringify(here + "src/index.ts")}` : undefined),
  }],
  build: { write: false, target: "es2022", modulePreload: { polyfill: false }, rolldownOptions: { input: "entry", preserveEntrySignatures: "strict" } },
  worker: { format: "es" },
});

let page = 0;
for (const file of output) {
  const code = file.type === "chunk" ? file.code : file.source;
  const size = gzipSync(code, { level: 9 }).length;
  const later = /^assets\/engine-/.test(file.fileName) ? "  (only without a worker)" : /^assets\/ahead-/.test(file.fileName) ? "  (only to predict)" : "";
  if (later === "") page += size;
  console.log(`${String(Buffer.byteLength(code)).padStart(8)} bytes ${String(size).padStart(7)} gzip  ${file.fileName}${later}`);
}
console.log(`${String(page).padStart(22)} gzip  in all, with a worker`);
const { version } = JSON.parse(readFileSync(here + "package.json", "utf8"));
console.log(`@metronome/sdk ${version}`);
