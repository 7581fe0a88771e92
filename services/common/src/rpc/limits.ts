/** The limits that both servers put on a call. */
export const limits = {
  /** The largest request, as the contract says of REQUEST_TOO_LARGE. */
  requestBytesMax: 64 * 1024,
  /** The largest body of a plain HTTP route; a webhook can be larger than a request of ours. */
  routeBytesMax: 256 * 1024,
  /** How long a client may take to send a whole HTTP request, and its headers. */
  requestTimeoutMs: 30_000,
  headersTimeoutMs: 10_000,
  /** The longest deadline that a browser may ask for: a stream ends by itself after 15 minutes. */
  deadlineMaxMs: 60 * 60_000,
} as const;
