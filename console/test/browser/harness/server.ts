/** What the package's own tests start a server with, and wait with. */
export { deferred, freePort, TestServer, until } from '../../../../sdk/typescript/test/support.ts';
