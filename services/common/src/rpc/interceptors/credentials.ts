import type { UnaryRequest, StreamRequest } from "@connectrpc/connect";
import { headerOf, peerKey } from "../peer.ts";

/** The cookie in which auth keeps a browser's access token. */
export const accessCookie = "gittix_access";

/** userCredentialOf finds the user's `authorization`: the header itself, or in a browser the cookie's token. */
export function userCredentialOf(request: UnaryRequest | StreamRequest): string | undefined {
  const header = headerOf(request, "authorization");
  if (header !== undefined) return header;
  if (!request.contextValues.get(peerKey).browser) return undefined;
  const token = cookieIn(headerOf(request, "cookie") ?? "", accessCookie);
  return token === undefined ? undefined : `Bearer ${token}`;
}

/** bearerToken takes the token out of a credential, or gives undefined where it is of another kind. */
export function bearerToken(credential: string): string | undefined {
  return /^bearer ([\w.~+/=-]{1,8192})$/i.exec(credential)?.[1];
}

function cookieIn(header: string, name: string): string | undefined {
  for (const pair of header.split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value) return value;
  }
  return undefined;
}
