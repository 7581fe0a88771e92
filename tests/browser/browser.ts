import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

/** Visitor is one person at a browser of their own: a context with its own cookies. */
export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
}

/** openBrowser starts headless Chromium, which the test run has found. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env["GITTIX_CHROMIUM"];
  if (executablePath === undefined) throw new Error("GITTIX_CHROMIUM does not say where Chromium is");
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** visit lets a person open the marketplace. */
export async function visit(browser: Browser, url: string, size = { width: 1280, height: 800 }): Promise<Visitor> {
  const context = await browser.newContext({ baseURL: url, viewport: size, locale: "en-US" });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  await page.goto("/");
  return { page, context };
}

/** signUp lets the person sign up through the form. */
export async function signUp({ page }: Visitor, email: string, password = "correct horse battery"): Promise<void> {
  await page.goto("/sign-up");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("main").getByRole("button", { name: "Sign up" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** list lets the person list a ticket through the form, and gives the ticket's address. */
export async function list({ page }: Visitor, title: string, price: string): Promise<void> {
  await page.goto("/sell");
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Price").fill(price);
  await page.getByRole("button", { name: "List ticket" }).click();
  await page.getByRole("heading", { name: title }).waitFor();
}
