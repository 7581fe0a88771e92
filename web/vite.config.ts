import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The edge of a running mesh; `vite` serves the pages itself and hands every call on to it. */
const edge = process.env["GITTIX_EDGE"] ?? "http://localhost:3000";

export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: [
      {
        find: /^.*\/buf\/validate\/validate_pb\.ts$/,
        replacement: fileURLToPath(new URL("src/api/noValidate.ts", import.meta.url)),
      },
    ],
  },
  build: {
    outDir: "dist",
    // The content security policy is `default-src 'self'`: nothing may be inlined as a data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  server: {
    proxy: {
      // `/gittix.<area>.v1.<Service>/Method`, and nothing else, is a call. The edge checks the Origin.
      "^/gittix\\.": { target: edge, changeOrigin: true, headers: { origin: edge } },
    },
  },
});
