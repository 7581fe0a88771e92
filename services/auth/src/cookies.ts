import type { HandlerContext } from "@connectrpc/connect";
import { peerKey } from "@gittix/common/rpc/peer";
import { AuthService } from "@gittix/proto/auth/v1/auth_service";
import type { SignedIn } from "./tokens.ts";

/** SessionCookies keeps a browser's tokens where no script can read them. */
export interface SessionCookies {
  /** True when a browser makes the call, which then gets cookies and no tokens. */
  isFor(context: HandlerContext): boolean;
  /** The refresh token that the browser sent along, or an empty text. */
  refreshTokenIn(context: HandlerContext): string;
  give(context: HandlerContext, tokens: SignedIn["tokens"]): void;
  takeAway(context: HandlerContext): void;
}

const accessCookie = "gittix_access";
const refreshCookie = "gittix_refresh";

/**
 * createSessionCookies writes both cookies for as long as the refresh token lives: a worn-out access token
 * then earns TOKEN_EXPIRED, which tells the page to refresh, and not TOKEN_MISSING, which says "signed out".
 */
export function createSessionCookies(settings: {
  readonly cookieSecure: boolean;
  readonly refreshLifeMs: number;
}): SessionCookies {
  const maxAge = Math.floor(settings.refreshLifeMs / 1000);
  // The refresh token goes to the calls that need it, and never along with a link from another site.
  const rules = {
    [accessCookie]: "Path=/; HttpOnly; SameSite=Lax",
    [refreshCookie]: `Path=/${AuthService.typeName}/; HttpOnly; SameSite=Strict`,
  };

  function set(context: HandlerContext, name: keyof typeof rules, value: string, maxAgeSeconds: number): void {
    const secure = settings.cookieSecure ? "; Secure" : "";
    const cookie = `${name}=${value}; Max-Age=${maxAgeSeconds}; ${rules[name]}${secure}`;
    context.responseHeader.append("set-cookie", cookie);
  }

  return {
    isFor: (context) => context.values.get(peerKey).browser && context.requestHeader.has("origin"),
    refreshTokenIn: (context) =>
      context.values.get(peerKey).browser ? cookieIn(context.requestHeader.get("cookie") ?? "", refreshCookie) : "",
    give(context, { access, refresh }) {
      set(context, accessCookie, access.text, maxAge);
      set(context, refreshCookie, refresh.text, maxAge);
    },
    takeAway(context) {
      set(context, accessCookie, "", 0);
      set(context, refreshCookie, "", 0);
    },
  };
}

function cookieIn(header: string, name: string): string {
  const pairs = header.split(";").map((pair) => pair.trim().split("=", 2));
  return pairs.find(([key]) => key === name)?.[1] ?? "";
}
