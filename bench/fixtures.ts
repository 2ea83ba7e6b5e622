import { parseId } from '../src/core/id/id.ts'
import { linkToken } from '../src/core/page-link.ts'
import { openVault } from '../src/core/secret.ts'
import type { LoadStart } from './http/load.ts'
import { encryptionKey, readMerchants, readTargets, type Target } from './merchants.ts'
import type { Address, Database, Stage } from './postgres.ts'
import { openProduct, type Product } from './product.ts'
import type { Named } from './rounds.ts'
import type { ContenderName } from './rows.ts'
import { warmPages } from './warm.ts'
import { bareLoopContender, deliveryContender, firstAttemptContender } from './workloads/deliveries.ts'
import { httpContender, type Server, startServer } from './workloads/http.ts'
import { paymentContender } from './workloads/payments.ts'
import { hasPgbench, initialisePgbench, pgbenchContender } from './workloads/pgbench.ts'
import { installPgledger, pgledgerContender } from './workloads/pgledger.ts'
import { tpcbContender } from './workloads/tpcb.ts'
import type { Contender } from './workloads/workload.ts'

/** What contenders are made from. */
export type Props = {
  stage: Stage
  /** The database that is copied, and the key of its one merchant. */
  template: string
  key: string
  receiver_url: string
  tpcb_scale: number
  /** The database of P13, when it has been made. */
  history: Database | undefined
  pgledger_dir: string | undefined
}

type Prepared = { product: Product; single: Target[]; spread: Target[]; name: string }

/** Makes contenders, each with what it needs, and keeps what several of them share. */
export class Cast {
  readonly #props: Props
  readonly #prepared = new Map<string, Promise<Prepared>>()
  readonly #servers = new Map<string, Promise<Server>>()
  readonly #closers: (() => Promise<unknown>)[] = []
  #pgledger: Promise<Address> | undefined
  #peak = () => 0

  constructor(props: Props) {
    this.#props = props
  }

  /** The databases of the product whose books are to be proved in the end. */
  get databases(): string[] {
    return [...this.#prepared.keys(), ...this.#servers.keys()]
  }

  /** The peak that half of is P9's load, in payments per second. */
  set peak(rate: () => number) {
    this.#peak = rate
  }

  /** Makes one contender. */
  async make(name: ContenderName): Promise<Named> {
    const make = this.#makers[name]
    const made = await make()
    return 'contender' in made ? { name, ...made } : { name, contender: made }
  }

  /** Lets go of everything, in the reverse order. */
  async close(): Promise<void> {
    for (const close of this.#closers.reverse()) await close()
  }

  readonly #makers: Record<ContenderName, () => Promise<Contender | Omit<Named, 'name'>>> = {
    tpcb: () => this.#tpcb(),
    payments: async () => paymentContender(await this.#on('bench_payments')),
    'payments, delivered': async () => paymentContender({ ...(await this.#on('bench_delivered')), dispatcher: true }),
    'payments, 100 merchants': async () => {
      const { product, spread } = await this.#prepare('bench_payments')
      return paymentContender({ product, targets: spread })
    },
    'payments, one account': async () => {
      const { product, targets } = await this.#on('bench_payments')
      return paymentContender({ product, targets: targets.slice(0, 1) })
    },
    'payments, half replays': async () => paymentContender({ ...(await this.#on('bench_payments')), replays: true }),
    pgledger: async () => pgledgerContender(await this.#installedPgledger(), false),
    'pgledger, hot account': async () => pgledgerContender(await this.#installedPgledger(), true),
    'http payments': () => this.#http('bench_http', false, { kind: 'payment', connections: 256 }),
    'http payments, delivered': () => this.#http('bench_http_delivered', true, { kind: 'payment', connections: 256 }),
    'http accounts': () => this.#http('bench_accounts', false, { kind: 'account', connections: 64 }),
    'idle payment': () => this.#idle('payment'),
    page: () => this.#idle('page'),
    deliveries: async () => {
      const { name, single, product } = await this.#prepare('bench_backlog')
      await product.pool.query('select 1')
      return deliveryContender(() => openProduct(this.#serverAddress(name)), single)
    },
    'bare loop': async () => bareLoopContender(this.#props.receiver_url),
    'first attempt': async () => {
      const { product, targets } = await this.#on('bench_delivered')
      return firstAttemptContender(product, targets, () => this.#peak() / 2)
    },
    'payments, empty': async () => this.#emptyContender(),
    'payments, history': async () => this.#historyContender(),
  }

  async #tpcb(): Promise<Contender> {
    const { stage, tpcb_scale } = this.#props
    const address = await stage.createEmpty('bench_tpcb')
    if (!(await hasPgbench())) return tpcbContender(address, tpcb_scale)
    await initialisePgbench(address, tpcb_scale)
    return pgbenchContender(address)
  }

  #installedPgledger(): Promise<Address> {
    const { stage, pgledger_dir } = this.#props
    if (pgledger_dir === undefined) throw new Error('P2 needs PGLEDGER_DIR')
    this.#pgledger ??= stage.createEmpty('bench_pgledger').then(async (address) => {
      await installPgledger(address, pgledger_dir)
      return address
    })
    return this.#pgledger
  }

  async #on(name: string): Promise<{ product: Product; targets: Target[] }> {
    const { product, single } = await this.#prepare(name)
    return { product, targets: single }
  }

  /** A copy of the template, or the history, with the product on it. */
  #prepare(name: string): Promise<Prepared> {
    const known = this.#prepared.get(name)
    if (known) return known
    const prepared = this.#open(name)
    this.#prepared.set(name, prepared)
    return prepared
  }

  async #open(name: string): Promise<Prepared> {
    const { stage, template, history } = this.#props
    const database = name === history?.name ? history : await stage.createDatabase(name, template)
    const product = openProduct(database.server)
    this.#closers.push(() => product.close())
    const single = await readTargets(product.pool, await readMerchants(product.pool, 'single'))
    const spread = await readTargets(product.pool, await readMerchants(product.pool, 'spread-'))
    return { product, single, spread, name }
  }

  #serverAddress(name: string): Address {
    return { ...this.#props.stage.addressOf(name), user: 'tallystick_server' }
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
    const vault = openVault(encryptionKey)
    const named = targets.map(({ account, customer }) => {
      if (load.kind === 'account') return customer
      return load.kind === 'payment'
        ? account
        : `/p/${linkToken(vault, 'account', parseId('account', account) ?? '', 1)}`
    })
    const { contender, close } = await httpContender(server, { ...load, key: this.#props.key, targets: named })
    this.#closers.push(close)
    return { contender, productCpu: async () => (await server.usage()).cpu_s }
  }

  /** A server is idle once the other contenders' pages are on the disk: a checkpoint of theirs goes on for seconds. */
  async #idle(kind: LoadStart['kind']): Promise<Omit<Named, 'name'>> {
    const { stage } = this.#props
    const { contender, productCpu } = await this.#http('bench_idle', true, { kind, connections: 1, pause_ms: 5 })
    return {
      contender: {
        async run(seconds) {
          await stage.admin.query('checkpoint')
          return contender.run(seconds)
        },
      },
      productCpu,
    }
  }

  #serve(name: string, dispatcher: boolean): Promise<Server> {
    const known = this.#servers.get(name)
    if (known) return known
    const { stage, template } = this.#props
    const started = stage.createDatabase(name, template).then(async (database) => {
      const server = await startServer({ address: database.server, dispatcher })
      this.#closers.push(() => server.stop())
      return server
    })
    this.#servers.set(name, started)
    return started
  }

  /** The server of a database, for what is watched beside the rounds. */
  server(name: string): Promise<Server> | undefined {
    return this.#servers.get(name)
  }

  /** As on a server that has run for long: what payments touch in an order of chance is in memory when a slice begins. */
  async #historyContender(): Promise<Contender> {
    const { stage } = this.#props
    const payments = paymentContender(await this.#on('bench_history'))
    return {
      async run(seconds) {
        await warmPages(stage.addressOf('bench_history'))
        return payments.run(seconds)
      },
    }
  }

  /** Every slice begins on a new copy, so that it is empty in each round. */
  #emptyContender(): Contender {
    const { stage, template } = this.#props
    const name = 'bench_empty'
    return {
      async run(seconds) {
        const { server } = await stage.createDatabase(name, template)
        const product = openProduct(server)
        const targets = await readTargets(product.pool, await readMerchants(product.pool, 'single'))
        const sample = await paymentContender({ product, targets }).run(seconds)
        await product.close()
        await stage.dropDatabase(name)
        return sample
      },
    }
  }
}
