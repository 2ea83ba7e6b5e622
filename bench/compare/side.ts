import { makeTemplate } from '../databases.ts'
import { serveParent } from '../http/child.ts'
import { readMerchants, readTargets } from '../merchants.ts'
import { connectPostgres } from '../postgres.ts'
import { openProduct } from '../product.ts'
import { accountConnections, httpWorkload, paymentConnections, startServer } from '../workloads/http.ts'
import { paymentWorkload } from '../workloads/payments.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Answer, Kind, Open, Run } from './protocol.ts'

// Events are written but not sent: no kind runs the dispatcher.
const endpointUrl = 'http://127.0.0.1:9/hook'

/** One side of a comparison: this revision's code on a database of its own, made by its own migrations. */
serveParent<Open, Run, Answer>(async ({ open: { address, kinds } }) => {
  const closers: (() => Promise<void>)[] = []
  const postgres = connectPostgres({ ...address, database: 'postgres' })
  closers.push(() => postgres.close())
  const { database, key } = await makeTemplate(postgres, endpointUrl, address.database)
  const product = openProduct(database.server)
  closers.push(() => product.close())
  const targets = await readTargets(product.pool, await readMerchants(product.pool, 'single'))
  const http = async (kind: 'payment' | 'account', connections: number, names: string[]) => {
    const server = await startServer({ address: database.server, dispatcher: false })
    closers.push(() => server.stop())
    const { workload, close } = await httpWorkload(server, { kind, connections, key, targets: names })
    closers.push(close)
    return workload
  }
  const makers: Record<Kind, () => Promise<Workload>> = {
    payments: async () => paymentWorkload({ product, targets }),
    one_account: async () => paymentWorkload({ product, targets: targets.slice(0, 1) }),
    http_payments: () =>
      http(
        'payment',
        paymentConnections,
        targets.map(({ account }) => account),
      ),
    http_accounts: () =>
      http(
        'account',
        accountConnections,
        targets.map(({ customer }) => customer),
      ),
  }
  const workloads = new Map<Kind, Workload>()
  for (const kind of kinds) workloads.set(kind, await makers[kind]())
  return {
    ready: { ready: true },
    async answer({ run: { kind, seconds } }) {
      const { done, seconds: took, errors, error } = await (workloads.get(kind) as Workload).run(seconds)
      return { done, seconds: took, errors, error }
    },
    async stop() {
      for (const close of closers.reverse()) await close()
    },
  }
})
