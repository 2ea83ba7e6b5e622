import { bucketOfValue } from '../../src/core/bucket.ts'
import { bucketOf, type Id, parseId } from '../../src/core/id/id.ts'
import type { ShardMap } from '../../src/database/shard-map.ts'
import { byTurns } from './by-turns.ts'
import { type TestDatabase, testDatabase } from './database.ts'
import { type ApiAnswer, type TestServer, testServer } from './server.ts'
import { expectCleanTogether } from './verify-together.ts'

/** Two databases as the two machines of a map: buckets that are even lie on the first, odd ones on the second. */
export type TwoNodes = {
  databases: readonly [TestDatabase, TestDatabase]
  shards: ShardMap
  /**
   * A server for each, which reads and changes what lies on its own machine and takes payments through the map. A customer that is made by
   * one of them lies on its machine, and so does money of nobody.
   */
  servers: readonly [TestServer, TestServer]
  /** Proves the books of both together, then drops them. */
  stop(): Promise<void>
}

export type TwoNodesOptions = {
  /** Whether both servers put payments into one queue, so that it has customers of both machines. */
  one_queue?: boolean
  /** How many servers each machine has, which take calls by turns; one unless given. */
  servers_each?: number
  /** The second database, of a PostgreSQL of its own; then only the first is dropped at the stop. */
  second?: TestDatabase
}

/** In which of eight parts of its tables a bucket lies, as the pools of both machines are told. */
export const shardOfTests = (bucket: number) => bucket % 8

let texts = 0

/** A new text whose bucket, behind what stands before it, is on a machine. */
export function textOn(node: number, before = ''): string {
  for (;;) {
    const text = `text-${++texts}`
    if (bucketOfValue(`${before}${text}`) % 2 === node) return text
  }
}

/** Starts two servers on two databases that are the machines of one map. */
export async function twoNodes(options: TwoNodesOptions = {}): Promise<TwoNodes> {
  const { one_queue = false, servers_each = 1 } = options
  const own = () => testDatabase({ verify: false, shardOf: shardOfTests })
  const databases = [await own(), options.second ?? (await own())]
  const shards: ShardMap = {
    nodes: databases.map(({ pool }) => pool),
    nodeOf: (bucket) => bucket % 2,
    shardOf: shardOfTests,
  }
  const [first, second] = await Promise.all(databases.map((database) => testServer({ database, shards })))
  if (!first || !second) throw new Error('there are two')
  if (one_queue) second.app.payments = first.app.payments
  const others = await Promise.all(
    databases.map((database) =>
      Promise.all(Array.from({ length: servers_each - 1 }, () => testServer({ database, shards }))),
    ),
  )
  const turns = (server: TestServer, node: number) => byTurns([server, ...(others[node] ?? [])])
  return {
    databases: databases as [TestDatabase, TestDatabase],
    shards,
    servers: [
      placing(turns(first, 0), (bucket) => bucket % 2 === 0),
      placing(turns(second, 1), (bucket) => bucket % 2 === 1),
    ],
    async stop() {
      try {
        await Promise.all([...others.flat(), first, second].map((server) => server.stop()))
        await expectCleanTogether(databases)
      } finally {
        await Promise.all(databases.filter((one) => one !== options.second).map((database) => database.drop()))
      }
    },
  }
}

type Body = Record<string, unknown>

/** A server whose new customers, and whose money of nobody, have buckets of its own machine. */
function placing(server: TestServer, isHere: (bucket: number) => boolean): TestServer {
  const createCustomer = async (body: Body, headers?: Record<string, string>): Promise<ApiAnswer> => {
    for (let tries = 1; ; tries++) {
      const external_reference = `${body.external_reference}${tries === 1 ? '' : `-${tries}`}`
      const made = await server.api('POST', '/billing/customers', { ...body, external_reference }, headers)
      if (made.status !== 201 || isHere(bucketOf(parseId('customer', made.body.id) as Id))) return made
    }
  }
  const near = (body: Body): Body => {
    for (let tries = 0; ; tries++) {
      const reference = tries === 0 ? body.reference : `${body.reference}-${tries}`
      if (isHere(bucketOfValue(`${body.channel}\n${reference}`))) return { ...body, reference }
    }
  }
  return {
    ...server,
    api(method, path, body, headers) {
      const isObject = typeof body === 'object' && body !== null
      if (method === 'POST' && path === '/billing/customers' && isObject) return createCustomer(body as Body, headers)
      if (method === 'POST' && path === '/billing/payments' && isObject && 'unidentified' in body) {
        return server.api(method, path, near(body as Body), headers)
      }
      return server.api(method, path, body, headers)
    },
  }
}
