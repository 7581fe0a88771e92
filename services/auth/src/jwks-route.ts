import type { HttpRoute } from "@gittix/common/rpc/http-server";
import { publishedAheadMs } from "./domain/signing-key.ts";
import type { KeyRing } from "./key-ring.ts";

/** Half the time that a key is published before its first use, so that no cache misses it. */
const maxAgeSeconds = publishedAheadMs / 1000 / 2;

/** jwksRoute publishes the keys as a JWKS, where libraries look for one. */
export function jwksRoute(keys: KeyRing): HttpRoute {
  return {
    method: "GET",
    path: "/.well-known/jwks.json",
    handle: () => ({
      status: 200,
      headers: { "content-type": "application/json", "cache-control": `public, max-age=${maxAgeSeconds}` },
      body: JSON.stringify({ keys: keys.published() }),
    }),
  };
}
