import { defineConfig } from "vitest/config";

// Three projects: the SDK and the pages' own logic run in Node; e2e drives
// Chromium against a real server, one file after the other.
export default defineConfig({
  test: {
    projects: [
      { test: { name: "sdk", include: ["sdk/test/**/*.test.ts"], environment: "node", sequence: { shuffle: true } } },
      { test: { name: "app", include: ["app/src/**/*.test.ts"], environment: "node", sequence: { shuffle: true } } },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.e2e.ts"],
          environment: "node",
          globalSetup: ["e2e/setup.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
