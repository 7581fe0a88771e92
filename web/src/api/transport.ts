import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { AuthService } from "@gittix/proto/auth/v1/auth_service";
import { clockInterceptor } from "./clock.ts";
import { exclusive } from "./session/exclusive.ts";
import { hint } from "./session/hint.ts";
import { createRenewInterceptor } from "./session/renew.ts";

const options = {
  // The edge serves these pages and routes `/gittix.<area>.v1.<Service>/` to its service. The browser
  // sends the session's cookies by itself to its own origin, and to no other.
  baseUrl: "/",
  // In development JSON, to be read in the browser's tools.
  useBinaryFormat: !import.meta.env.DEV,
  defaultTimeoutMs: 20_000,
};

/** The transport without the session's renewal, for the calls that renewal itself makes. */
const plain = createClient(AuthService, createConnectTransport(options));

const renewInterceptor = createRenewInterceptor({
  hasSession: hint.get,
  exclusive: (work) => exclusive("gittix.refresh", work),
  refresh: async () => void (await plain.refreshSession({})),
  ended: async () => {
    hint.clear();
    // Takes cookies away that are good for nothing; where that fails, the next call is refused as well.
    await plain.signOut({}).catch(() => undefined);
  },
});

/** transport carries every call of this client. */
export const transport = createConnectTransport({
  ...options,
  interceptors: [clockInterceptor, renewInterceptor],
});
