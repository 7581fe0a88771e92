import type { Interceptor } from "@connectrpc/connect";

type Response = Awaited<ReturnType<ReturnType<Interceptor>>>;

/** mapStream runs each step of a streamed response through `around`; a unary response stays as it is. */
export function mapStream(response: Response, around: <T>(step: () => Promise<T>) => Promise<T>): Response {
  if (!response.stream) return response;
  return { ...response, message: mapSteps(response.message, around) };
}

/** mapSteps runs each step of an iteration through `around`. */
export function mapSteps<T>(
  messages: AsyncIterable<T>,
  around: <R>(step: () => Promise<R>) => Promise<R>,
): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = messages[Symbol.asyncIterator]();
      return {
        next: () => around(() => iterator.next()),
        return: (value?: unknown) =>
          around(() => iterator.return?.(value) ?? Promise.resolve({ done: true as const, value: undefined })),
      };
    },
  };
}
