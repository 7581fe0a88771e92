import { existsSync } from "node:fs";
import { createServer, Agent, type IncomingMessage, type ServerResponse } from "node:http";
import { createProxyServer } from "http-proxy-3";
import sirv from "sirv";
import { isSameOrigin, securityHeaders } from "./edge-security.ts";

/** Route sends the paths under a prefix to a service's HTTP door. */
export interface Route {
  readonly prefix: string;
  readonly port: number;
}

/** Edge is the one address that browsers know: the web app's files, and the services behind their paths. */
export interface Edge {
  readonly port: number;
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
  const files = existsSync(options.webFolder) ? webFiles(options.webFolder) : notBuilt;

  const server = createServer((request, response) => {
    for (const [name, value] of securityHeaders) response.setHeader(name, value);
    const path = new URL(request.url ?? "/", "http://edge").pathname;
    const route = options.routes.find((candidate) => path.startsWith(candidate.prefix));
    if (route) pass(request, response, route);
    else if (path.startsWith("/gittix.")) answer(response, 404, "unimplemented", "There is no such service here.");
    else if (request.method === "GET" || request.method === "HEAD") files(request, response);
    else answer(response, 405, "unimplemented", "Only calls to services may change anything.");
  });
  // A client that sends its request slowly does not hold a connection for ever; answers may stream on.
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;

  function pass(request: IncomingMessage, response: ServerResponse, route: Route): void {
    if (!isSameOrigin(request)) {
      answer(response, 403, "permission_denied", "This address answers its own pages only.");
      return;
    }
    // What a client says of the address it comes from is not believed.
    delete request.headers["x-forwarded-for"];
    proxy.web(request, response, { target: `http://127.0.0.1:${route.port}` }, () => {
      if (response.headersSent) response.destroy();
      else answer(response, 503, "unavailable", "The service does not answer. Try again.");
    });
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : options.port,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      proxy.close();
      agent.destroy();
      await closed;
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
