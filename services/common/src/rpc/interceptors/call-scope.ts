import type { Interceptor } from "@connectrpc/connect";
import { v7 as uuidv7 } from "uuid";
import { withCallContext, type CallContext } from "../../context.ts";
import { headerOf, peerKey } from "../peer.ts";
import { mapStream } from "./streams.ts";
import { userCredentialOf } from "./credentials.ts";

/**
 * callScope gives a call its request id and trace, taken from the caller or made here, and runs all that
 * follows inside them, each step of a stream too.
 */
export const callScope: Interceptor = (next) => (request) => {
  const id = uuidv7();
  const context: CallContext = {
    requestId: requestIdIn(headerOf(request, "x-request-id")) ?? id,
    traceParent: traceIn(headerOf(request, "traceparent")) ?? newTrace(id),
    authorization: userCredentialOf(request),
    deadlineAt: request.contextValues.get(peerKey).deadlineAt,
  };
  if (!request.stream) return withCallContext(context, () => next(request));
  return withCallContext(context, () => next(request)).then((response) =>
    mapStream(response, (step) => withCallContext(context, step)),
  );
};

/** A request id lands in logs and answers: only a short plain word is taken over. */
function requestIdIn(header: string | undefined): string | undefined {
  return header !== undefined && /^[\w.:-]{1,64}$/.test(header) ? header : undefined;
}

function traceIn(header: string | undefined): string | undefined {
  return header !== undefined && /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(header)
    ? header
    : undefined;
}

/** The bits of a UUID are a trace id, its random end the id of the first span. */
function newTrace(uuid: string): string {
  const id = uuid.replaceAll("-", "");
  return `00-${id}-${id.slice(16)}-01`;
}
