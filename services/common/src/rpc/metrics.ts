import type { HttpRoute } from "./http-server.ts";

/** CallMetrics counts calls and how long they took, in memory. */
export interface CallMetrics {
  count(method: string, code: string, ms: number): void;
  /** All of it in Prometheus' text format. */
  text(): string;
}

/** The upper bounds of the histogram's buckets, in seconds. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface MethodMetrics {
  readonly codes: Map<string, number>;
  /** One more than the bounds: the last one is for all that took longer. */
  readonly buckets: number[];
  sumMs: number;
}

/** createCallMetrics makes an empty one; it grows with the methods of the contract, not with the calls. */
export function createCallMetrics(): CallMetrics {
  const methods = new Map<string, MethodMetrics>();
  return {
    count(method, code, ms) {
      let metrics = methods.get(method);
      if (!metrics) {
        metrics = { codes: new Map(), buckets: Array.from({ length: bounds.length + 1 }, () => 0), sumMs: 0 };
        methods.set(method, metrics);
      }
      metrics.codes.set(code, (metrics.codes.get(code) ?? 0) + 1);
      const index = bounds.findIndex((bound) => ms <= bound * 1000);
      const bucket = index < 0 ? bounds.length : index;
      metrics.buckets[bucket] = (metrics.buckets[bucket] ?? 0) + 1;
      metrics.sumMs += ms;
    },
    text: () => [...counters(methods), ...histograms(methods), ""].join("\n"),
  };
}

/** metricsRoute shows them at /metrics. */
export function metricsRoute(metrics: CallMetrics): HttpRoute {
  return {
    method: "GET",
    path: "/metrics",
    handle: () => ({ status: 200, headers: { "content-type": "text/plain; version=0.0.4" }, body: metrics.text() }),
  };
}

function* counters(methods: ReadonlyMap<string, MethodMetrics>) {
  yield "# HELP gittix_calls_total Calls that have ended, by method and code.";
  yield "# TYPE gittix_calls_total counter";
  for (const [method, { codes }] of methods) {
    for (const [code, calls] of codes) yield `gittix_calls_total{method="${method}",code="${code}"} ${calls}`;
  }
}

function* histograms(methods: ReadonlyMap<string, MethodMetrics>) {
  yield "# HELP gittix_call_seconds How long calls took.";
  yield "# TYPE gittix_call_seconds histogram";
  for (const [method, { buckets, sumMs }] of methods) {
    let calls = 0;
    for (const [index, count] of buckets.entries()) {
      calls += count;
      yield `gittix_call_seconds_bucket{method="${method}",le="${bounds[index] ?? "+Inf"}"} ${calls}`;
    }
    yield `gittix_call_seconds_sum{method="${method}"} ${sumMs / 1000}`;
    yield `gittix_call_seconds_count{method="${method}"} ${calls}`;
  }
}
