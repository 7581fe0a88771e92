import { create, toBinary } from "@bufbuild/protobuf";
import { SignInRequestSchema } from "@gittix/proto/auth/v1/auth_service";
import type { Figure } from "../figure.ts";
import type { BcryptSetup } from "../floors/bcrypt.ts";
import { openCaller } from "../grpc-caller.ts";
import { startHelper } from "../helper.ts";
import { runLoad, type Load, type Outcome } from "../load.ts";
import { password } from "../people.ts";
import { compare } from "../rounds.ts";
import { rateResult } from "../words.ts";

const callers = 8;
const path = "/gittix.auth.v1.AuthService/SignIn";
/** What the service uses where nothing is set. */
const cost = 12;

/** signIn measures sign-ins, against comparing the same password with its hash. */
export const signIn: Figure = {
  name: "sign-in",
  async measure(bench) {
    const auth = openCaller(bench.market.of("auth").grpc);
    const requests = bench.buyers.map(({ email }) =>
      Buffer.from(toBinary(SignInRequestSchema, create(SignInRequestSchema, { email, password }))),
    );
    const request = (caller: number) => requests[caller % requests.length] ?? Buffer.alloc(0);
    const floor = await startHelper("floors/bcrypt.ts", { password, cost } satisfies BcryptSetup);
    const comparison = await compare(
      bench,
      callers,
      (load) => runLoad(load, (caller) => auth.call(path, request(caller))),
      (load) => floor.ask<Outcome>(load satisfies Load),
    );
    auth.close();
    await floor.end();
    return [rateResult(`SignIn, ${callers} callers`, comparison, callers, 0.9)];
  },
};
