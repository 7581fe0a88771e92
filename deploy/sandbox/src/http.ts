import type { IncomingMessage, ServerResponse } from "node:http";

import { ApiError } from "./errors.ts";

const BODY_BYTES_MAX = 64 * 1024;

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > BODY_BYTES_MAX) {
      const message = `A request body can have up to ${BODY_BYTES_MAX} bytes.`;
      throw new ApiError(413, { type: "invalid_request_error", message }, false);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

export function sendJson(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" }).end(body);
}

export function sendHtml(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" }).end(html);
}

/** escapeHtml makes text harmless inside of an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #222; }
  table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
  th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #ddd; vertical-align: top; }
  td { font-family: ui-monospace, monospace; font-size: 13px; overflow-wrap: anywhere; }
  button { font: inherit; padding: .6rem 1.2rem; margin: 0 .5rem .5rem 0; }
`;
