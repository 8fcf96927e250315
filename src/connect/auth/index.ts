// Who a client is: parts to be exchanged and put together. Nothing here sends a request.
export type { Auth, AuthAnswer, AuthRequest } from "./auth.ts";
export { basicAuth, delegationToken, proxyUser, simpleAuth } from "./simple.ts";
export { spnego } from "./spnego.ts";
export type { GssClient, GssModule, SpnegoOptions } from "./spnego.ts";
