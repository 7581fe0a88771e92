import { startFixture, ids } from "./rpc.fixture.ts";
import { Server, ServerCredentials } from "@grpc/grpc-js";
const f = await startFixture();
const s = new Server();
const asIs = (b: Buffer) => b;
s.addService({ Echo: { path: "/x.E/Echo", requestStream: false, responseStream: false, requestSerialize: asIs, requestDeserialize: asIs, responseSerialize: asIs, responseDeserialize: asIs } }, { Echo: (call: any, cb: any) => cb(null, call.request) });
const p = await new Promise<number>((r) => s.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (_, p) => r(p)));

export const info: any = { echo: p, ours: f.grpc.port, token: await f.tokens.user({ exp: Math.floor(Date.now() / 1000) + 3600 }), svc: await f.tokens.service({ exp: Math.floor(Date.now() / 1000) + 3600 }), ids };
