import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// As in vite.config.ts.
const resolve = { alias: { "@metronome/sdk": fileURLToPath(new URL("sdk/src/index.ts", import.meta.url)) } };

// The SDK and the pages' own logic run in Node; e2e drives Chromium against a
// real server, one file after the other; so do rigs, which measure, and pictures,
// for docs/img.
const browser = {
  environment: "node",
  globalSetup: ["e2e/setup.ts"],
  fileParallelism: false,
  testTimeout: 90_000,
  hookTimeout: 60_000,
  // Vitest's own second is less than what pages take that ask again every few seconds, and other nodes.
  expect: { poll: { timeout: 10_000, interval: 50 } },
};

export default defineConfig({
  test: {
    projects: [
      { resolve, test: { name: "sdk", include: ["sdk/test/**/*.test.ts"], environment: "node", sequence: { shuffle: true } } },
      { resolve, test: { name: "app", include: ["app/src/**/*.test.ts"], environment: "node", sequence: { shuffle: true } } },
      // Told twice more when it fails: a browser that draws without a GPU stalls for seconds at times. The report says which needed it.
      { test: { ...browser, name: "e2e", retry: 2, include: ["e2e/**/*.e2e.ts"] } },
      { test: { ...browser, name: "examples", retry: 2, include: ["e2e/examples.ts"] } },
      { test: { ...browser, name: "rigs", testTimeout: 4 * 3_600_000, include: ["e2e/rig-*.ts"] } },
      { test: { ...browser, name: "pictures", testTimeout: 900_000, include: ["e2e/pictures.ts", "e2e/screens.ts"] } },
    ],
  },
});
