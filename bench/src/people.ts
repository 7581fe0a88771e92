import { createRpcClient } from "@gittix/common/rpc/client";
import { AuthService } from "@gittix/proto/auth/v1/auth_service";
import { v7 as uuidv7 } from "uuid";
import type { Market } from "./market.ts";

/** Person is a signed-in user. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly token: string;
}

/** password is everybody's. */
export const password = "correct horse battery";

/** signUpPeople signs some users up. */
export async function signUpPeople(market: Market, count: number): Promise<Person[]> {
  const { client, close } = createRpcClient(AuthService, { address: market.of("auth").grpc, deadlineMs: 30_000 });
  try {
    const signUp = async (): Promise<Person> => {
      const { user, tokens } = await client.signUp({ email: `${uuidv7()}@example.com`, password });
      return { id: user?.id ?? "", email: user?.email ?? "", token: tokens?.accessToken ?? "" };
    };
    return await Promise.all(Array.from({ length: count }, signUp));
  } finally {
    close();
  }
}
