import { describe, expect, test } from "@jest/globals";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { AuthService } from "@gittix/proto/auth/v1/auth_service";
import { ErrorInfoSchema } from "@gittix/proto/google/rpc/error_details";
import { createRenewInterceptor } from "./renew.ts";

describe("an expired session", () => {
  test("is renewed unseen", async () => {
    const browser = createBrowser();
    await expect(browser.tab().getCurrentUser({})).resolves.toMatchObject({ user: { id: "me" } });
    expect(browser.state).toMatchObject({ refreshes: 1, ended: 0 });
  });

  test("is renewed once for all calls of all tabs", async () => {
    const browser = createBrowser();
    const tabs = [browser.tab(), browser.tab(), browser.tab()];
    await Promise.all([...tabs, ...tabs].map((tab) => tab.getCurrentUser({})));
    expect(browser.state).toMatchObject({ refreshes: 1, ended: 0 });
  });

  test("that cannot be renewed ends, and the call says so", async () => {
    const browser = createBrowser({ refreshFails: "SESSION_ENDED" });
    await expect(browser.tab().getCurrentUser({})).rejects.toMatchObject({ code: Code.Unauthenticated });
    expect(browser.state).toMatchObject({ refreshes: 1, ended: 1 });
  });

  test("survives a server that is down", async () => {
    const browser = createBrowser({ refreshFails: "DEPENDENCY_UNAVAILABLE" });
    await expect(browser.tab().getCurrentUser({})).rejects.toMatchObject({ code: Code.Unavailable });
    expect(browser.state).toMatchObject({ refreshes: 1, ended: 0 });
  });
});

test("an anonymous visitor never refreshes", async () => {
  const browser = createBrowser({ hasSession: false });
  await expect(browser.tab().getCurrentUser({})).rejects.toMatchObject({ code: Code.Unauthenticated });
  expect(browser.state).toMatchObject({ calls: 1, refreshes: 0 });
});

test("a wrong password is no expired session", async () => {
  const browser = createBrowser();
  await expect(browser.tab().signIn({ email: "a@b.c", password: "x" })).rejects.toMatchObject({
    code: Code.Unauthenticated,
  });
  expect(browser.state).toMatchObject({ refreshes: 0 });
});

/** A browser of several tabs: they share the cookie, the lock and the hint. */
function createBrowser(options: { refreshFails?: string; hasSession?: boolean } = {}) {
  const state = { cookie: false, session: options.hasSession ?? true, calls: 0, refreshes: 0, ended: 0 };
  let queue: Promise<unknown> = Promise.resolve();
  const exclusive = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = queue.then(work);
    queue = mine.catch(() => undefined);
    return mine;
  };
  const interceptor = createRenewInterceptor({
    hasSession: () => state.session,
    exclusive,
    refresh: async () => {
      state.refreshes += 1;
      if (options.refreshFails !== undefined) throw refusal(options.refreshFails);
      state.cookie = true;
    },
    ended: async () => {
      state.ended += 1;
      state.session = false;
    },
  });
  const tab = () =>
    createClient(
      AuthService,
      createRouterTransport(
        ({ service }) =>
          service(AuthService, {
            getCurrentUser: () => {
              state.calls += 1;
              if (!state.cookie) throw refusal("TOKEN_MISSING");
              return { user: { id: "me" } };
            },
            signIn: () => {
              throw refusal("CREDENTIALS_WRONG");
            },
          }),
        { transport: { interceptors: [interceptor] } },
      ),
    );
  return { state, tab };
}

function refusal(reason: string): ConnectError {
  const code = reason === "DEPENDENCY_UNAVAILABLE" ? Code.Unavailable : Code.Unauthenticated;
  return new ConnectError(reason, code, undefined, [{ desc: ErrorInfoSchema, value: { reason, domain: "gittix" } }]);
}
