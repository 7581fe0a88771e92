import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Browser } from "playwright-core";
import { startWorld, type World } from "../support/world.ts";
import { list, openBrowser, signUp, visit, type Visitor } from "./browser.ts";

const phone = { width: 390, height: 844 };
let browser: Browser;
let world: World;
let seller: Visitor;
let buyer: Visitor;
let number = 0;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** Two people with browsers of their own: one at a desk, one with a phone. */
async function twoPeople(): Promise<void> {
  seller = await visit(browser, world.mesh.edgeUrl);
  buyer = await visit(browser, world.mesh.edgeUrl, phone);
  await signUp(seller, `seller-${++number}@example.com`);
  await signUp(buyer, `buyer-${number}@example.com`);
}

afterEach(async () => {
  await seller.context.close();
  await buyer.context.close();
});

/** The seller lists a ticket and stays on its page; the buyer finds it and presses Buy. */
async function listAndBuy(title: string): Promise<void> {
  await list(seller, title, "52.50");
  await seller.page.getByRole("main").getByText("Available").waitFor();
  await buyer.page.goto("/");
  await buyer.page.getByRole("link", { name: title }).click();
  await buyer.page.getByRole("button", { name: "Buy" }).click();
  await buyer.page.waitForURL("**/checkout/**");
}

const stateOf = (visitor: Visitor, state: string) =>
  visitor.page.getByRole("main").getByText(state, { exact: true }).first().waitFor();
const pay = async (card: string) => {
  await buyer.page.getByRole("radio", { name: card }).check();
  await buyer.page.getByRole("button", { name: "Pay" }).click();
};
const openTicket = async (visitor: Visitor, title: string) => {
  await visitor.page.goto("/");
  await visitor.page.getByRole("link", { name: title }).click();
};

describe("two people in their browsers", () => {
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());
  beforeEach(twoPeople);

  test("one lists, the other orders; the first sees the lock and cannot edit; the other pays, and both see it sold", async () => {
    await listAndBuy("Giselle");
    await stateOf(seller, "Reserved");
    expect(await seller.page.getByRole("link", { name: "Edit" }).count()).toBe(0);
    await seller.page.goto("/listings");
    await seller.page.getByText("Cannot be changed while it is held").waitFor();
    await seller.page.getByRole("link", { name: "Giselle" }).click();

    await buyer.page.getByRole("timer").waitFor();
    await pay("Visa");
    await buyer.page.getByRole("heading", { name: "The ticket is yours" }).waitFor();
    await stateOf(seller, "Sold");
    await openTicket(buyer, "Giselle");
    await stateOf(buyer, "Sold");
    await buyer.page.goto("/orders");
    await buyer.page.getByRole("main").getByText("Giselle").waitFor();
  });

  test("a declined card cancels the order, says why, and the ticket is for sale again", async () => {
    await listAndBuy("Nutcracker");
    await stateOf(seller, "Reserved");
    await pay("Empty account");
    await buyer.page.getByRole("heading", { name: "This order has ended" }).waitFor();
    await buyer.page
      .getByText(/not enough money|enough money/i)
      .first()
      .waitFor();
    await stateOf(seller, "Available");
    await buyer.page.getByRole("button", { name: "Try again" }).click();
    await buyer.page.getByRole("timer").waitFor();
    await stateOf(seller, "Reserved");
  });

  test("a buyer cancels, and the ticket is free at once", async () => {
    await listAndBuy("Swan Lake");
    await stateOf(seller, "Reserved");
    await buyer.page.getByRole("button", { name: "Cancel order" }).click();
    await buyer.page.getByRole("heading", { name: "This order has ended" }).waitFor();
    await stateOf(seller, "Available");
  });

  test("a seller edits the price and withdraws, and an open page of the ticket follows", async () => {
    await list(seller, "La Bayadère", "30");
    await openTicket(buyer, "La Bayadère");
    await buyer.page.getByText("$30.00").waitFor();
    await seller.page.goto("/listings");
    await seller.page.getByRole("link", { name: "Edit La Bayadère" }).click();
    await seller.page.getByLabel("Price").fill("28.50");
    await seller.page.getByRole("button", { name: "Save" }).click();
    await buyer.page.getByText("$28.50").waitFor();
    await seller.page.goto("/listings");
    await seller.page.getByRole("button", { name: "Withdraw" }).click();
    await seller.page.getByRole("dialog").getByRole("button", { name: "Withdraw ticket" }).click();
    await stateOf(buyer, "Withdrawn");
  });

  test("what is wrong with a form stands beside its field", async () => {
    await seller.page.goto("/sell");
    await seller.page.getByLabel("Title").fill("   ");
    await seller.page.getByLabel("Price").fill("12.50");
    await seller.page.getByRole("button", { name: "List ticket" }).click();
    await expectDescribed(seller, "Title");
    await seller.page.getByLabel("Title").fill("Giselle");
    await seller.page.getByLabel("Price").fill("0");
    await seller.page.getByRole("button", { name: "List ticket" }).click();
    await expectDescribed(seller, "Price");
  });

  test("signing out leaves nothing behind, and a wrong password is told", async () => {
    await buyer.page.getByRole("button", { name: "Sign out" }).click();
    await buyer.page.getByRole("link", { name: "Sign up" }).waitFor();
    await buyer.page.goto("/orders");
    await buyer.page.waitForURL("**/sign-in**");
    await buyer.page.getByLabel("E-mail").fill(`buyer-${number}@example.com`);
    await buyer.page.getByLabel("Password").fill("not the password");
    await buyer.page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
    expect(await buyer.page.getByRole("alert").innerText()).not.toBe("");
    await buyer.page.getByLabel("Password").fill("correct horse battery");
    await buyer.page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
    await buyer.page.waitForURL("**/orders");
  });
});

describe("a hold window of two seconds", () => {
  beforeAll(async () => {
    world = await startWorld({ hold: "2s" });
  });
  afterAll(() => world.stop());
  beforeEach(twoPeople);

  test("passes: the buyer is told and may try again, and the ticket is free by itself", async () => {
    await listAndBuy("Coppélia");
    await stateOf(seller, "Reserved");
    await buyer.page.getByRole("heading", { name: "This order has ended" }).waitFor();
    await buyer.page.getByText("The time to pay is over").waitFor();
    await stateOf(seller, "Available");
    await buyer.page.getByRole("button", { name: "Try again" }).click();
    await buyer.page.getByRole("timer").waitFor();
  });
});

/** The field is marked as wrong, and the sentence that says why belongs to it. */
async function expectDescribed(visitor: Visitor, label: string): Promise<void> {
  const field = visitor.page.getByLabel(label);
  await visitor.page.locator("[aria-invalid=true]").first().waitFor();
  expect(await field.getAttribute("aria-invalid")).toBe("true");
  const described = (await field.getAttribute("aria-describedby")) ?? "";
  const texts = await Promise.all(
    described
      .split(" ")
      .filter(Boolean)
      .map((id) => visitor.page.locator(`#${CSS(id)}`).innerText()),
  );
  expect(texts.join(" ").trim()).not.toBe("");
}

/** An id as a selector; React makes ids that CSS would read otherwise. */
function CSS(id: string): string {
  return id.replace(/[^\w-]/g, (character) => `\\${character}`);
}
