import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The server that `npm run dev` takes the rooms from. It lets the page's sockets
// in when it was started with --origin http://127.0.0.1:5173.
const server = process.env["METRONOME_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  root: here("app"),
  base: "./", // the pages may be below a path of their host
  publicDir: here("app/public"), // files whose names others know: icons, the manifest
  appType: "mpa",
  resolve: { alias: { "@metronome/sdk": here("sdk/src/index.ts") } }, // not the package, which has to be built first
  build: {
    outDir: process.env["METRONOME_DIST"] ?? here("dist"),
    emptyOutDir: true,
    target: "es2022",
    // Everything is a file of its own: the pages' Content-Security-Policy
    // allows no inline script, no inline style and no data: or blob: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: {
        index: here("app/index.html"),
        play: here("app/play.html"),
        console: here("app/console.html"),
        bench: here("app/bench.html"),
        inspect: here("app/inspect.html"),
        missing: here("app/missing.html"),
      },
    },
  },
  worker: { format: "es" },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/metronome.v1": server,
      "/docs": server,
      "/info": server,
      "/stats": server,
      "/metrics": server,
    },
  },
});
