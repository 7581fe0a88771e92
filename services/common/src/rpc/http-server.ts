import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Interceptor } from "@connectrpc/connect";
import { reasonOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import { readBody } from "./http-body.ts";
import { rpcEndpoints } from "./http-rpc.ts";
import { describeFault } from "./interceptors/fault.ts";
import { limits } from "./limits.ts";
import type { Mount } from "./mount.ts";
import { serverStopping } from "./refusals.ts";
import { bindProblem, type RunningServer } from "./server.ts";

/** HttpRoute is a plain HTTP path beside the rpcs: published keys, a webhook, metrics. */
export interface HttpRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly handle: (request: HttpRouteRequest) => HttpRouteAnswer | Promise<HttpRouteAnswer>;
}

/** HttpRouteRequest is a request with its body as it came, so that a signature over it can be checked. */
export interface HttpRouteRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HttpRouteAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpServerOptions {
  /** Only those for browsers are served here. */
  readonly mounts: readonly Mount[];
  readonly interceptors: readonly Interceptor[];
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly log: Logger;
  /** Whether the service can do its work now; /healthz tells it. */
  readonly ready: () => boolean | Promise<boolean>;
  readonly routes?: readonly HttpRoute[];
}

/** startHttpServer opens the door for browsers: Connect and gRPC-Web over HTTP/1.1, and a few plain routes. */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningServer> {
  const { mounts, interceptors, host, log } = options;
  const shutdown = new AbortController();
  const publicMounts = mounts.filter((mount) => mount.browser);
  const rpcs = rpcEndpoints(publicMounts, interceptors, shutdown.signal);
  const health = healthRoute(() => !shutdown.signal.aborted && options.ready());
  const routes = new Map([health, ...(options.routes ?? [])].map((route) => [`${route.method} ${route.path}`, route]));

  const server = createServer(timeouts, (request, response) => {
    const path = request.url?.split("?", 1)[0] ?? "";
    const rpc = request.method === "POST" ? rpcs.get(path) : undefined;
    const route = routes.get(`${request.method} ${path}`);
    const work = rpc ? rpc(request, response) : route ? answerRoute(route, request, response, log) : notFound(response);
    work.catch((error: unknown) => {
      // The client has usually gone away; what else goes wrong here is no call that could be logged as one.
      log.debug({ err: error, path }, "http request ended early");
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  });
  await listen(server, host, options.port);
  return {
    port: portOf(server),
    async stop(graceMs) {
      shutdown.abort(serverStopping());
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

const timeouts = {
  requestTimeout: limits.requestTimeoutMs,
  headersTimeout: limits.headersTimeoutMs,
  // Longer than a proxy keeps an idle connection, so that the proxy is the one to close it.
  keepAliveTimeout: 75_000,
  noDelay: true,
};

function healthRoute(ready: () => boolean | Promise<boolean>): HttpRoute {
  return {
    method: "GET",
    path: "/healthz",
    async handle() {
      return (await ready()) ? { status: 200, body: "ok\n" } : { status: 503, body: "not ready\n" };
    },
  };
}

async function answerRoute(
  route: HttpRoute,
  request: IncomingMessage,
  response: ServerResponse,
  log: Logger,
): Promise<void> {
  const { status, headers, body } = await runRoute(route, request, log);
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers }).end(body);
}

async function runRoute(route: HttpRoute, request: IncomingMessage, log: Logger): Promise<HttpRouteAnswer> {
  try {
    const body = route.method === "POST" ? await readBody(request, limits.routeBytesMax) : Buffer.alloc(0);
    return await route.handle({ headers: request.headers, body });
  } catch (error) {
    if (reasonOf(error) === "REQUEST_TOO_LARGE") return { status: 413, body: "too large\n" };
    log.error({ path: route.path, fault: describeFault(error) }, "http route failed");
    return { status: 500, body: "internal error\n" };
  }
}

async function notFound(response: ServerResponse): Promise<void> {
  response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("not found\n");
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(bindProblem("HTTP", host, port, error)));
    server.listen(port, host, resolve);
  });
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("the HTTP server has no port");
  return address.port;
}
