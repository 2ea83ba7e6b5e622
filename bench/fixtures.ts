import { derivedDataKeys } from '../src/core/data-keys.ts'
import { parseId } from '../src/core/id/id.ts'
import { linkToken } from '../src/core/page-link.ts'
import { openVault } from '../src/core/secret.ts'
import type { LoadStart } from './http/load.ts'
import { encryptionKey, readMerchants, readTargets, type Target } from './merchants.ts'
import type { Address, Database, Postgres } from './postgres.ts'
import { openProduct, type Product } from './product.ts'
import type { Named } from './rounds.ts'
import type { WorkloadName } from './rows.ts'
import { warmPages } from './warm.ts'
import { bareLoopWorkload, deliveryWorkload, firstAttemptWorkload } from './workloads/deliveries.ts'
import {
  accountConnections,
  batchConnections,
  httpWorkload,
  paymentConnections,
  type Server,
  startServer,
} from './workloads/http.ts'
import { paymentWorkload } from './workloads/payments.ts'
import { hasPgbench, initialisePgbench, pgbenchWorkload } from './workloads/pgbench.ts'
import { installPgledger, pgledgerWorkload } from './workloads/pgledger.ts'
import { tpcbWorkload } from './workloads/tpcb.ts'
import type { Workload } from './workloads/workload.ts'

/** What the workloads are made from. */
export type FixtureOptions = {
  postgres: Postgres
  /** The database that workloads get a copy of, and the key of its one merchant. */
  template: string
  key: string
  receiver_url: string
  tpcb_scale: number
  /** The database of P13, if the run needs it. */
  history: Database | undefined
  pgledger_dir: string | undefined
}

type Prepared = { product: Product; single: Target[]; spread: Target[]; name: string }

/** Makes workloads with the databases and servers that they need. Workloads that name the same one share it. */
export class Fixtures {
  readonly #options: FixtureOptions
  readonly #prepared = new Map<string, Promise<Prepared>>()
  readonly #servers = new Map<string, Promise<Server>>()
  readonly #closers: (() => Promise<unknown>)[] = []
  #pgledger: Promise<Address> | undefined
  #peak = () => 0

  constructor(options: FixtureOptions) {
    this.#options = options
  }

  /** The product's databases, to be verified at the end. */
  get databases(): string[] {
    return [...this.#prepared.keys(), ...this.#servers.keys()]
  }

  /** The peak rate in payments per second; P9 runs at half of it. */
  set peak(rate: () => number) {
    this.#peak = rate
  }

  /** Makes one workload. */
  async make(name: WorkloadName): Promise<Named> {
    const make = this.#makers[name]
    const made = await make()
    return 'workload' in made ? { name, ...made } : { name, workload: made }
  }

  /** Closes everything, the last one first. */
  async close(): Promise<void> {
    for (const close of this.#closers.reverse()) await close()
  }

  readonly #makers: Record<WorkloadName, () => Promise<Workload | Omit<Named, 'name'>>> = {
    tpcb: () => this.#tpcb(),
    payments: async () => paymentWorkload(await this.#on('bench_payments')),
    'payments, delivered': async () => paymentWorkload({ ...(await this.#on('bench_delivered')), dispatcher: true }),
    'payments, 100 merchants': async () => {
      const { product, spread } = await this.#prepare('bench_payments')
      return paymentWorkload({ product, targets: spread })
    },
    'payments, one account': async () => {
      const { product, targets } = await this.#on('bench_payments')
      return paymentWorkload({ product, targets: targets.slice(0, 1) })
    },
    'payments, half replays': async () => paymentWorkload({ ...(await this.#on('bench_payments')), replays: true }),
    pgledger: async () => pgledgerWorkload(await this.#installedPgledger(), false),
    'pgledger, hot account': async () => pgledgerWorkload(await this.#installedPgledger(), true),
    'http payments': () => this.#http('bench_http', false, { kind: 'payment', connections: paymentConnections }),
    'http payments, delivered': () =>
      this.#http('bench_http_delivered', true, { kind: 'payment', connections: paymentConnections }),
    'http batches': () => this.#http('bench_batches', false, { kind: 'batch', connections: batchConnections }),
    'http accounts': () => this.#http('bench_accounts', false, { kind: 'account', connections: accountConnections }),
    'idle payment': () => this.#idle('payment'),
    page: () => this.#idle('page'),
    deliveries: async () => {
      const { name, single, product } = await this.#prepare('bench_backlog')
      await product.pool.query('select 1')
      return deliveryWorkload(() => openProduct(this.#serverAddress(name)), single)
    },
    'bare loop': async () => bareLoopWorkload(this.#options.receiver_url),
    'first attempt': async () => {
      const { product, targets } = await this.#on('bench_delivered')
      return firstAttemptWorkload(product, targets, () => this.#peak() / 2)
    },
    'payments, empty': async () => this.#emptyWorkload(),
    'payments, history': async () => this.#historyWorkload(),
  }

  async #tpcb(): Promise<Workload> {
    const { postgres, tpcb_scale } = this.#options
    const address = await postgres.createEmpty('bench_tpcb')
    if (!(await hasPgbench())) return tpcbWorkload(address, tpcb_scale)
    await initialisePgbench(address, tpcb_scale)
    return pgbenchWorkload(address)
  }

  #installedPgledger(): Promise<Address> {
    const { postgres, pgledger_dir } = this.#options
    if (pgledger_dir === undefined) throw new Error('P2 needs PGLEDGER_DIR')
    this.#pgledger ??= postgres.createEmpty('bench_pgledger').then(async (address) => {
      await installPgledger(address, pgledger_dir)
      return address
    })
    return this.#pgledger
  }

  async #on(name: string): Promise<{ product: Product; targets: Target[] }> {
    const { product, single } = await this.#prepare(name)
    return { product, targets: single }
  }

  /** The product on a copy of the template, or on the history. */
  #prepare(name: string): Promise<Prepared> {
    const known = this.#prepared.get(name)
    if (known) return known
    const prepared = this.#open(name)
    this.#prepared.set(name, prepared)
    return prepared
  }

  async #open(name: string): Promise<Prepared> {
    const { postgres, template, history } = this.#options
    const database = name === history?.name ? history : await postgres.createDatabase(name, template)
    const product = openProduct(database.server)
    this.#closers.push(() => product.close())
    const single = await readTargets(product.pool, await readMerchants(product.pool, 'single'))
    const spread = await readTargets(product.pool, await readMerchants(product.pool, 'spread-'))
    return { product, single, spread, name }
  }

  #serverAddress(name: string): Address {
    return { ...this.#options.postgres.addressOf(name), user: 'tallystick_server' }
  }

  async #http(
    name: string,
    dispatcher: boolean,
    load: Pick<LoadStart, 'kind' | 'connections' | 'pause_ms'>,
  ): Promise<Omit<Named, 'name'>> {
    const server = await this.#serve(name, dispatcher)
    const pool = openProduct(this.#serverAddress(name))
    const targets = await readTargets(pool.pool, await readMerchants(pool.pool, 'single'))
    await pool.close()
    const vault = openVault(derivedDataKeys(encryptionKey))
    const named = targets.map(({ account, customer }) => {
      if (load.kind === 'account') return customer
      return load.kind === 'payment' || load.kind === 'batch'
        ? account
        : `/p/${linkToken(vault, 'account', parseId('account', account) ?? '', 1)}`
    })
    const { workload, close } = await httpWorkload(server, { ...load, key: this.#options.key, targets: named })
    this.#closers.push(close)
    return { workload, productCpu: async () => (await server.usage()).cpu_s }
  }

  /** Runs a checkpoint first: one that other workloads have caused would go on for seconds, and the server would not be idle. */
  async #idle(kind: LoadStart['kind']): Promise<Omit<Named, 'name'>> {
    const { postgres } = this.#options
    const { workload, productCpu } = await this.#http('bench_idle', true, { kind, connections: 1, pause_ms: 5 })
    return {
      workload: {
        async run(seconds) {
          await postgres.admin.query('checkpoint')
          return workload.run(seconds)
        },
      },
      productCpu,
    }
  }

  #serve(name: string, dispatcher: boolean): Promise<Server> {
    const known = this.#servers.get(name)
    if (known) return known
    const { postgres, template } = this.#options
    const started = postgres.createDatabase(name, template).then(async (database) => {
      const server = await startServer({ address: database.server, dispatcher })
      this.#closers.push(() => server.stop())
      return server
    })
    this.#servers.set(name, started)
    return started
  }

  /** The server of a database, if one was started: for what is measured outside the rounds. */
  server(name: string): Promise<Server> | undefined {
    return this.#servers.get(name)
  }

  /** As on a server that has run for a long time: the pages that payments touch at random are in memory before each slice. */
  async #historyWorkload(): Promise<Workload> {
    const { postgres } = this.#options
    const payments = paymentWorkload(await this.#on('bench_history'))
    return {
      async run(seconds) {
        await warmPages(postgres.addressOf('bench_history'))
        return payments.run(seconds)
      },
    }
  }

  /** Each slice gets a new copy, so that the database is empty in every round. */
  #emptyWorkload(): Workload {
    const { postgres, template } = this.#options
    const name = 'bench_empty'
    return {
      async run(seconds) {
        const { server } = await postgres.createDatabase(name, template)
        const product = openProduct(server)
        const targets = await readTargets(product.pool, await readMerchants(product.pool, 'single'))
        const sample = await paymentWorkload({ product, targets }).run(seconds)
        await product.close()
        await postgres.dropDatabase(name)
        return sample
      },
    }
  }
}
