// Builds the pages and the server that all stories run against, once, into a
// folder of its own: the built files in dist/ stay as they are.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    binary: string;
    chromium: string;
  }
}

const run = promisify(execFile);
const web = fileURLToPath(new URL("..", import.meta.url));
const root = join(web, "..");

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "metronome-e2e-"));
  try {
    project.provide("chromium", findChromium());
    project.provide("binary", process.env["METRONOME_BIN"] ?? (await build(folder)));
  } catch (failed) {
    await rm(folder, { recursive: true });
    throw failed;
  }
  return () => rm(folder, { recursive: true });
}

function findChromium(): string {
  const known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const at = process.env["CHROMIUM"] ?? known.find((path) => existsSync(path));
  if (!at) throw new Error("no Chromium: install Debian's package chromium (make test does), or set CHROMIUM to its path");
  return at;
}

/** Builds both into folder and returns the server's path. */
async function build(folder: string): Promise<string> {
  const dist = join(folder, "dist");
  await mkdir(dist);
  await run(join(root, "scripts/web"), ["bundle", dist]);
  const overlay = join(folder, "overlay.json");
  await writeFile(overlay, JSON.stringify({ Replace: await replacements(dist) }));
  const binary = join(folder, "metronome");
  await run("go", ["build", "-overlay", overlay, "-o", binary, "./cmd/metronome"], { cwd: root, env: { ...process.env, CGO_ENABLED: "0" } });
  return binary;
}

/** What Go should embed in place of web/dist: the fresh files and nothing else. */
async function replacements(dist: string): Promise<Record<string, string>> {
  const old = join(web, "dist");
  const replace: Record<string, string> = {};
  for (const file of await files(old)) replace[file] = "";
  for (const file of await files(dist)) replace[join(old, relative(dist, file))] = file;
  return replace;
}

async function files(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
