import { openPool, servingLimits } from '../src/database/pool.ts'
import { openShards } from '../src/distribution/serving.ts'
import { buildServer } from '../src/server/server.ts'
import { copyOnCitus, dropOnCitus, findCitusMachines, makeCitusTemplate } from '../test/support/citus.ts'
import { makeMerchant, readTargets } from './merchants.ts'
import { type Address, connectPostgres } from './postgres.ts'
import { openProduct, type Product } from './product.ts'
import { line, shownSpread } from './report.ts'
import { spread } from './statistics.ts'
import { paymentWorkload } from './workloads/payments.ts'
import type { Workload } from './workloads/workload.ts'

/** How spread tables are measured. `shards` is two for each machine unless given. */
export type SpreadOptions = { pairs: number; slice_s: number; shards: number | undefined; accounts: number }

export const notMeasured = 'CITUS_URL is not set: tables spread over machines by Citus are not measured.'

const say = (text: string) => process.stderr.write(`${text}\n`)

/** One of the two sides: the product on a database, with a workload that pays on it. */
type Side = { product: Product; workload: Workload; close(): Promise<void> }

const endpointUrl = 'http://127.0.0.1:9/hook'
const accountsAtOnce = 32

async function openSide(address: Address, accounts: number): Promise<Side> {
  const pool = openPool(address, 12, () => {}, servingLimits)
  const shards = await openShards(pool, { address, size: 8, limits: servingLimits })
  const product = openProduct(address, undefined, shards && { pool, shards })
  if (shards === undefined) await pool.end()
  const { environment, key } = await makeMerchant(product.pool, 'single', endpointUrl)
  await createAccounts(product, key, accounts)
  const workload = paymentWorkload({ product, targets: await readTargets(product.pool, [environment]) })
  const close = async () => {
    await product.close()
    await shards?.close()
  }
  return { product, workload, close }
}

/** Through the API, which is the same on both sides. */
async function createAccounts({ app, authenticator }: Product, key: string, count: number): Promise<void> {
  const router = await buildServer(app, authenticator)
  const url = await router.listen({ host: '127.0.0.1', port: 0 })
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  let next = 0
  const create = async () => {
    for (let number = next++; number < count; number = next++) {
      const body = JSON.stringify({
        external_reference: `A${number}`,
        customer: { external_reference: `C${number}` },
        currency: 'ZAR',
        balance: 5_000_000_000,
      })
      const answer = await fetch(`${url}/billing/accounts`, { method: 'POST', headers, body })
      if (answer.status !== 201) throw new Error(`an account was answered ${answer.status}: ${await answer.text()}`)
    }
  }
  await Promise.all(Array.from({ length: accountsAtOnce }, create))
  await router.close()
}

/** Measures payments on spread tables beside a plain database at the same coordinator, and writes a line of a table. */
export async function measureSpread(url: string, { pairs, slice_s, shards, accounts }: SpreadOptions): Promise<void> {
  const machines = await findCitusMachines(url)
  const [coordinator] = machines
  if (coordinator === undefined) throw new Error('CITUS_URL leads to a coordinator')
  const postgres = connectPostgres({ ...coordinator, database: 'postgres' })
  const template = await makeCitusTemplate(machines, shards)
  const name = 'bench_spread'
  try {
    await dropOnCitus(machines, name)
    await copyOnCitus(machines, template, name)
    const database = await postgres.createDatabase('bench_plain')
    say(`preparing ${accounts} accounts on each side`)
    const plain = await openSide(database.server, accounts)
    const apart = await openSide({ ...database.server, database: name }, accounts)
    const ratios: number[] = []
    for (let pair = 1; pair <= pairs; pair++) {
      // The one that begins changes, so that neither always has the warmer machine.
      const order = pair % 2 === 0 ? [plain, apart] : [apart, plain]
      const rates = new Map<Side, number>()
      for (const side of order) {
        const { done, seconds, errors, error } = await side.workload.run(slice_s)
        if (errors > 0) throw new Error(`${errors} payments failed: ${error}`)
        rates.set(side, done / seconds)
      }
      const [one = 0, other = 0] = [rates.get(plain), rates.get(apart)]
      ratios.push(other / one)
      say(`${pair}/${pairs}  plain ${one.toFixed(0)}/s  spread ${other.toFixed(0)}/s  ${(other / one).toFixed(3)}`)
    }
    const shown = shownSpread(spread(ratios), (ratio) => ratio.toFixed(3))
    process.stdout.write(`${line(['payments, spread against plain', `${machines.length - 1} machines`, shown])}\n`)
    await plain.close()
    await apart.close()
  } finally {
    await dropOnCitus(machines, name)
    await dropOnCitus(machines, template)
    await postgres.close()
  }
}
