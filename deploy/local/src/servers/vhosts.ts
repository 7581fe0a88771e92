/** ensureVhost makes a virtual host through the management API. Gives the URL to connect to it. */
export async function ensureVhost(options: {
  readonly url: string;
  readonly managementUrl: string;
  readonly name: string;
}): Promise<string> {
  await manage("PUT", options);
  const url = new URL(options.url);
  url.pathname = `/${encodeURIComponent(options.name)}`;
  return url.href;
}

/** dropVhost removes a virtual host with all that is in it. */
export function dropVhost(options: { readonly managementUrl: string; readonly name: string }): Promise<void> {
  return manage("DELETE", options);
}

const answerMaxMs = 10_000;

async function manage(
  method: "PUT" | "DELETE",
  { managementUrl, name }: { managementUrl: string; name: string },
): Promise<void> {
  const url = new URL(`/api/vhosts/${encodeURIComponent(name)}`, managementUrl);
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
  // fetch refuses a URL that carries them.
  url.username = url.password = "";
  const answer = await fetch(url, { method, headers: { authorization }, signal: AbortSignal.timeout(answerMaxMs) });
  if (!answer.ok) throw new Error(`RabbitMQ's management answered ${method} ${url.pathname} with ${answer.status}`);
}
