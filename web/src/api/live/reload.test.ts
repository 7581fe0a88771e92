import { describe, expect, test } from "@jest/globals";
import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { reload } from "./reload.ts";

const queryKey = ["tickets"];

describe("when a stream begins", () => {
  test("a first load that left before it is followed by another", async () => {
    const page = createPage();
    page.answerWith("before");
    reload(page.client, { queryKey });
    page.answerWith("after");
    await expect(page.shows("after")).resolves.toBeUndefined();
    page.close();
  });

  test("what was loaded is loaded again", async () => {
    const page = createPage();
    page.answerWith("before");
    await page.shows("before");
    page.answerWith("after");
    reload(page.client, { queryKey });
    await expect(page.shows("after")).resolves.toBeUndefined();
    page.close();
  });
});

/** A page that loads one thing; each load takes the answer that the server has when it is asked. */
function createPage() {
  const client = new QueryClient();
  let answer = "before";
  const load = async () => {
    const asked = answer;
    await Promise.resolve();
    return asked;
  };
  const observer = new QueryObserver(client, { queryKey, queryFn: load });
  const stop = observer.subscribe(() => undefined);
  return {
    client,
    answerWith: (next: string) => {
      answer = next;
    },
    shows: (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => observer.getCurrentResult().data === text && resolve();
        observer.subscribe(look);
        look();
      }),
    close: () => {
      stop();
      client.clear();
    },
  };
}
