import type { DescMethod, DescService, JsonObject, Message } from "@bufbuild/protobuf";
import { createLog } from "@gittix/common/log";
import { accessOf } from "@gittix/common/rpc/access";
import { createSigner } from "@gittix/common/testing/signer";
import { publicPaths, serviceNames, type ServiceName } from "@gittix/local/service-table";
import { Caller } from "@gittix/proto/access/v1/access";
import { nameOf, readContracts, type Contracts } from "../../support/contracts.ts";
import { openDoors, requestOf, type DoorName } from "../../support/doors.ts";
import type { Outcome } from "../../support/outcome.ts";
import { startWorld, type Person, type World } from "../../support/world.ts";
import { samples, type Sample } from "./samples.ts";

/** Rpc is one method, where it is served, and how it is reached. */
export interface Rpc {
  /** `auth: gittix.auth.v1.AuthService/SignUp`; a service that several serve has the name of each. */
  readonly name: string;
  readonly owner: ServiceName;
  readonly method: DescMethod;
  readonly contracts: Contracts;
  readonly doors: readonly DoorName[];
  readonly sample: Sample | undefined;
}

/** Outcomes are what each door answers. */
export type Outcomes = readonly (readonly [DoorName, Outcome])[];

/** Marketplace is a world with all its rpcs, callers of every kind, and its whole log. */
export interface Marketplace {
  readonly world: World;
  readonly rpcs: readonly Rpc[];
  /** Everything that was logged, one line each. */
  readonly log: string[];
  readonly user: Person;
  readonly other: Person;
  readonly operator: Person;
  addressOf(owner: ServiceName): string;
  /** What proves that the call comes from a service of the mesh. */
  asService(name: string): Record<string, string>;
  /** What a caller shows whom the contract lets in. */
  credentials(rpc: Rpc): Record<string, string>;
  /** Makes a call through every door that the method has, with a request made anew for each. */
  call(rpc: Rpc, request: () => JsonObject | Message, headers?: Record<string, string>): Promise<Outcomes>;
  close(): Promise<void>;
}

/** openMarketplace starts one, and asks its servers what they serve. */
export async function openMarketplace(): Promise<Marketplace> {
  const log: string[] = [];
  const services = createSigner();
  const world = await startWorld({
    log: createLog(undefined, "debug", { write: (line) => void log.push(line) }),
    settings: {
      SERVICE_KEYS: JSON.stringify(services.jwks),
      SERVICE_TOKEN_KEY: services.privateJwk,
      // This suite signs in wrongly more often than any person would.
      SIGN_IN_FAILURES_PER_ADDRESS: "100000",
      SIGN_IN_FAILURES_PER_ACCOUNT: "100000",
    },
  });
  const addressOf = (owner: ServiceName) =>
    `127.0.0.1:${world.mesh.services.find(({ name }) => name === owner)?.grpcPort ?? 0}`;
  const owners = new Map<DescService, ServiceName>();
  const rpcs: Rpc[] = [];
  for (const owner of serviceNames) {
    const contracts = await readContracts(addressOf(owner));
    for (const service of contracts.services) {
      owners.set(service, owner);
      for (const method of service.methods) rpcs.push(rpcOf(owner, method, contracts));
    }
  }
  const doors = openDoors(world.mesh.edgeUrl, (service) => addressOf(owners.get(service) ?? "auth"));
  const [user, other, operator] = await Promise.all([world.person(), world.person(), world.operator()]);
  const bearer = ({ token }: Person) => ({ authorization: `Bearer ${token}` });
  const asService = (name: string) => ({
    "x-service-authorization": `Bearer ${services.token({ iss: "gittix-local", sub: name })}`,
  });

  return {
    world,
    rpcs,
    log,
    user,
    other,
    operator,
    addressOf,
    asService,
    credentials({ method }) {
      const { callers = [], services: allowed = [] } = accessOf(method) ?? {};
      if (callers.includes(Caller.ANYONE)) return {};
      if (callers.includes(Caller.USER)) return bearer(user);
      if (callers.includes(Caller.OPERATOR)) return bearer(operator);
      // A service calls on behalf of a user.
      return { ...bearer(user), ...asService(allowed[0] ?? "") };
    },
    call: (rpc, request, headers = {}) =>
      Promise.all(
        rpc.doors.map(async (door): Promise<[DoorName, Outcome]> => {
          const made = request();
          const message = isMessage(made) ? made : requestOf(rpc.method, made);
          return [door, await doors.call(door, rpc.method, message, headers)];
        }),
      ),
    async close() {
      doors.close();
      await world.stop();
    },
  };
}

/** alike tells whether all doors gave one and the same answer. */
export function alike(outcomes: Outcomes): boolean {
  return new Set(outcomes.map(([, outcome]) => JSON.stringify(outcome))).size === 1;
}

/** sampleOf gives sound input for an rpc, new each time. */
export function sampleOf({ name, sample }: Rpc): JsonObject {
  if (!sample) throw new Error(`${name} has no sample`);
  return sample.request();
}

function rpcOf(owner: ServiceName, method: DescMethod, contracts: Contracts): Rpc {
  const isPublic = publicPaths[owner].includes(`/${method.parent.typeName}/`);
  return {
    name: `${owner}: ${nameOf(method)}`,
    owner,
    method,
    contracts,
    doors: isPublic ? ["gRPC", "Connect JSON", "gRPC-Web"] : ["gRPC"],
    sample: samples[method.parent.typeName]?.[method.name],
  };
}

function isMessage(request: JsonObject | Message): request is Message {
  return "$typeName" in request;
}
