import { readConfig } from '../../src/config.ts'
import { systemClock } from '../../src/core/clock.ts'
import { derivedDataKeys } from '../../src/core/data-keys.ts'
import { openPool, servingLimits } from '../../src/database/pool.ts'
import { compose } from '../../src/server/compose.ts'
import { buildServer } from '../../src/server/server.ts'

/*
 * A server of one of two machines in a process of its own, which can be killed. NODES holds the addresses of both databases, parted by a
 * space, and NODE says which of the two it reads; buckets lie on them by turns. It takes what `start` of the program takes besides.
 */

const urls = (process.env.NODES ?? '').split(' ')
const node = Number(process.env.NODE)
const port = Number(process.env.PORT)
const shardOf = (bucket: number) => bucket % 8
const pools = urls.map((connectionString) => openPool({ connectionString }, 10, () => {}, servingLimits, shardOf))
const pool = pools[node]
if (pool === undefined) throw new Error('NODE is 0 or 1')
const url = `http://127.0.0.1:${port}`
const log = { debug() {}, info() {}, warn() {}, error: console.error }
const composition = compose({
  pool,
  shards: { nodes: pools, nodeOf: (bucket) => bucket % 2, shardOf },
  clock: systemClock,
  data_keys: derivedDataKeys('an encryption key of the tests only'),
  webhooks: { allow_loopback: true, allowed_hosts: [], retry_waits_s: readConfig({}).webhook_retry_waits_s },
  log,
  publicUrl: () => url,
})
const router = await buildServer(composition.app, composition.authenticator)
await router.listen({ host: '127.0.0.1', port })
console.log(`Tallystick is ready at ${url}`)
