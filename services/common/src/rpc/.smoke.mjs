import { startFixture } from "/work/main/services/common/src/rpc/rpc.fixture.ts";
const f = await startFixture();
console.log("GRPC", f.grpc.port, "HTTP", f.http.port);
console.log("USER", await f.tokens.user({exp: Math.floor(Date.now()/1000)+3600}));
console.log("OP", await f.tokens.user({role:"operator",exp: Math.floor(Date.now()/1000)+3600}));
process.on("SIGTERM", async()=>{ console.log(f.log()); await f.stop(); process.exit(0)});
