import { existsSync } from "node:fs";
import { createServer, Agent, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { createProxyServer } from "http-proxy-3";
import sirv from "sirv";
import { createDoors, keptBody, neverArrived, type Doors } from "./edge-doors.ts";
import { isSameOrigin, securityHeaders } from "./edge-security.ts";

/** Route sends the paths under a prefix to a service: to the HTTP doors of its replicas, in turn. */
export interface Route {
  readonly prefix: string;
  readonly ports: readonly number[];
}

/** Edge is the one address that browsers know: the web app's files, and the services behind their paths. */
export interface Edge {
  readonly port: number;
  /** Takes no more connections; the calls under way go on, and streams end with the word of their service. */
  drain(): void;
  /** Cuts off what is still there. */
  stop(): Promise<void>;
}

/** startEdge serves the web app and passes calls on. In Kubernetes the ingress does the same. */
export async function startEdge(options: {
  readonly host: string;
  readonly port: number;
  readonly webFolder: string;
  readonly routes: readonly Route[];
}): Promise<Edge> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1024 });
  const proxy = createProxyServer({ agent, xfwd: true, proxyTimeout: 0 });
  // A request that was answered, or given up, before all of it was there: the rest is read and thrown away, and the
  // service does not wait for it.
  proxy.on("proxyReq", (onward, request, response) => {
    response.once("close", () => {
      if (request.complete) return;
      request.unpipe(onward);
      onward.destroy();
      request.resume();
    });
  });
  const routes = options.routes.map((route) => ({ ...route, doors: createDoors(route.ports) }));
  const files = existsSync(options.webFolder) ? webFiles(options.webFolder) : notBuilt;

  const server = createServer((request, response) => {
    for (const [name, value] of securityHeaders) response.setHeader(name, value);
    const path = new URL(request.url ?? "/", "http://edge").pathname;
    const route = routes.find((candidate) => path.startsWith(candidate.prefix));
    if (route) void pass(request, response, route.doors);
    else if (path.startsWith("/gittix.")) answer(response, 404, "unimplemented", "There is no such service here.");
    else if (request.method === "GET" || request.method === "HEAD") files(request, response);
    else answer(response, 405, "unimplemented", "Only calls to services may change anything.");
  });
  // A client that sends its request slowly does not hold a connection for ever; answers may stream on.
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;

  async function pass(request: IncomingMessage, response: ServerResponse, doors: Doors): Promise<void> {
    if (!isSameOrigin(request)) {
      answer(response, 403, "permission_denied", "This address answers its own pages only.");
      return;
    }
    const [first = 0, ...others] = doors.inTurn();
    const body = others.length > 0 ? await keptBody(request) : undefined;
    if (body === "aborted") {
      response.destroy();
      return;
    }

    const passTo = (port: number, rest: readonly number[]) => {
      // What a client says of the address it comes from is not believed.
      delete request.headers["x-forwarded-for"];
      const again = body ? { buffer: Readable.from(body.length > 0 ? [body] : []) } : {};
      proxy.web(request, response, { target: `http://127.0.0.1:${port}`, ...again }, (error) => {
        const [next, ...left] = rest;
        if (neverArrived(error)) doors.closed(port);
        if (response.headersSent) response.destroy();
        else if (next !== undefined && body && neverArrived(error)) passTo(next, left);
        else answer(response, 503, "unavailable", "The service does not answer. Try again.");
      });
    };
    passTo(first, others);
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  let closed: Promise<unknown> | undefined;
  const close = () => (closed ??= new Promise((resolve) => server.close(resolve)));
  return {
    port: typeof address === "object" && address ? address.port : options.port,
    drain: () => void close(),
    async stop() {
      const end = close();
      server.closeAllConnections();
      proxy.close();
      agent.destroy();
      await end;
    },
  };
}

function webFiles(folder: string) {
  return sirv(folder, {
    single: true,
    etag: true,
    gzip: true,
    setHeaders: (response, path) => {
      // Assets carry a hash of their content in their name; the page itself is asked for anew each time.
      const hashed = path.startsWith("/assets/");
      response.setHeader("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}

function notBuilt(_: IncomingMessage, response: ServerResponse): void {
  answer(response, 503, "unavailable", "The web app is not built: npm start builds it.");
}

/** The shape that Connect clients read errors from; browsers' other calls see a status and a sentence. */
function answer(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ code, message }));
}
