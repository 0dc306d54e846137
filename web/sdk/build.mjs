// Builds the SDK.
//   node build.mjs             writes dist/, which npm packs: ES modules with source maps, and the types
//   node build.mjs served DIR  writes what a node serves at /sdk/: the same, small, in a folder named after what is
//                              in it, and an index.js that leads there
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { flatten } from "./flatten.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Writes index.js, worker.js, what is loaded only when it is needed, and what they share; served: for a node. */
async function bundle(dir, served) {
  const bundled = await rolldown({
    cwd: here,
    input: { index: "src/index.ts", worker: "src/engine/worker.ts" },
    platform: "browser",
    transform: { target: "es2022" },
    plugins: [{
      name: "worker",
      resolveId: (id) => (served && id === "./spawn.ts" ? join(here, "src/engine/spawn-afar.ts") : null),
      // The worker's script stands beside the chunk that asks for it, in either build.
      transform: (code, id) => (id.endsWith("/engine/spawn.ts") ? { code: code.replace("./worker.ts", "./worker.js"), map: null } : null),
    }],
  });
  await bundled.write({ dir, format: "esm", entryFileNames: "[name].js", chunkFileNames: (chunk) => (["engine", "ahead"].includes(chunk.name) ? "[name].js" : "shared.js"), sourcemap: !served, minify: served });
  await bundled.close();
}

/** Writes index.d.ts: all public types in one file, so that it can be copied to where a page has no package. */
function declare(dir) {
  const parts = mkdtempSync(join(tmpdir(), "metronome-sdk-"));
  const tsc = (...args) => execFileSync(join(here, "../node_modules/.bin/tsc"), args, { cwd: here, stdio: ["ignore", "inherit", "inherit"] });
  try {
    tsc("-p", "tsconfig.json", "--outDir", parts);
    writeFileSync(join(dir, "index.d.ts"), flatten(parts, "index"));
  } finally {
    rmSync(parts, { recursive: true });
  }
  tsc("--noEmit", "--ignoreConfig", "--strict", "--target", "es2022", "--lib", "es2022,dom", join(dir, "index.d.ts"));
}

/** A name for what is in a folder, that is another one for anything else. */
function fingerprintOf(dir) {
  const hash = createHash("sha256");
  for (const file of readdirSync(dir).sort()) hash.update(`${file}\0`).update(readFileSync(join(dir, file))).update("\0");
  return hash.digest("hex").slice(0, 16);
}

async function serve(dir) {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const fresh = join(dir, "fresh");
  await bundle(fresh, true);
  const fingerprint = fingerprintOf(fresh);
  renameSync(fresh, join(dir, fingerprint));
  writeFileSync(join(dir, "index.js"), `export * from "./${fingerprint}/index.js";\n`);
  declare(dir);
}

async function pack(dir) {
  rmSync(dir, { recursive: true, force: true });
  await bundle(dir, false);
  declare(dir);
}

const [what, dir] = process.argv.slice(2);
if (what === undefined) await pack(join(here, "dist"));
else if (what === "served" && dir) await serve(dir);
else {
  console.error("usage: node build.mjs [served DIR]");
  process.exitCode = 2;
}
