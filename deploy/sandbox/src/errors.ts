import type { PaymentIntent, PaymentMethod } from "./types.ts";

/** ErrorBody is the value of `error` in a failed answer of Stripe's API. */
export type ErrorBody = {
  type: "api_error" | "card_error" | "idempotency_error" | "invalid_request_error";
  message: string;
  code?: string;
  decline_code?: string;
  doc_url?: string;
  param?: string;
  charge?: string;
  payment_intent?: PaymentIntent;
  payment_method?: PaymentMethod;
  request_log_url?: string;
};

/**
 * ApiError ends a call with Stripe's error shape and undoes what the call did. `began` says whether
 * the endpoint had begun to execute: Stripe keeps such a failure under its idempotency key, whereas
 * after a failed validation the same key may be used again with better parameters.
 */
export class ApiError extends Error {
  readonly status: number;
  readonly error: ErrorBody;
  readonly began: boolean;

  constructor(status: number, error: ErrorBody, began: boolean) {
    super(error.message);
    this.status = status;
    this.error = error.code === undefined ? error : { ...error, doc_url: docUrl(error.code) };
    this.began = began;
  }
}

export function docUrl(code: string): string {
  return `https://stripe.com/docs/error-codes/${code.replaceAll("_", "-")}`;
}

/** invalid is a request that Stripe refuses before it executes. */
export function invalid(message: string, where: { param?: string; code?: string } = {}): ApiError {
  return new ApiError(400, { type: "invalid_request_error", message, ...where }, false);
}

/** refused is a request that Stripe began to execute and then could not carry out. */
export function refused(
  message: string,
  more: { param?: string; code?: string; payment_intent?: PaymentIntent } = {},
): ApiError {
  return new ApiError(400, { type: "invalid_request_error", message, ...more }, true);
}

export function missing(thing: string, id: string, param: string, status = 404): ApiError {
  const message = `No such ${thing}: '${id}'`;
  return new ApiError(status, { type: "invalid_request_error", code: "resource_missing", message, param }, true);
}

export function notFound(method: string, path: string): ApiError {
  const message =
    `Unrecognized request URL (${method}: ${path}). ` +
    "Please see https://stripe.com/docs or we can help at https://support.stripe.com/.";
  return new ApiError(404, { type: "invalid_request_error", message }, false);
}

export function unauthorized(message: string, status: 401 | 403 = 401, code?: string): ApiError {
  return new ApiError(status, { type: "invalid_request_error", message, ...(code && { code }) }, false);
}

export function idempotencyConflict(status: 400 | 409, message: string, code?: string): ApiError {
  return new ApiError(status, { type: "idempotency_error", message, ...(code && { code }) }, false);
}

export function internalError(): ErrorBody {
  return { type: "api_error", message: "An unknown error occurred. The sandbox was asked for it, or broke." };
}
