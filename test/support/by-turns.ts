import type { TestServer } from './server.ts'

/** Servers on one database as one: each call goes to the next of them, as behind a balancer. */
export function byTurns(servers: readonly TestServer[]): TestServer {
  const first = servers[0] as TestServer
  let turn = 0
  return {
    ...first,
    api: (method, path, body, headers = {}) =>
      (servers[turn++ % servers.length] as TestServer).api(method, path, body, {
        authorization: `Bearer ${first.key}`,
        ...headers,
      }),
  }
}
