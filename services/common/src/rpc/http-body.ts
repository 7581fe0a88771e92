import type { IncomingMessage } from "node:http";
import { callCancelled, requestTooLarge } from "./refusals.ts";

/** How much of a body that is too large is read and thrown away, so that the client can read its answer. */
const discardBytesMax = 16 * 1024 * 1024;

/**
 * readBody reads a request's body up to a limit. Beyond it, it refuses and lets the rest flow away: to cut
 * the connection at once would often take the answer with it.
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bytesMax) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      reject(requestTooLarge());
      // A client that goes on without end is cut off all the same.
      if (size > discardBytesMax) request.destroy();
    });
    request.once("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once("error", (error) => reject(callCancelled(error)));
    request.once("close", () => reject(callCancelled()));
  });
}
