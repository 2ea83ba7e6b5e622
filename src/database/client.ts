import pg from 'pg'
import { OutcomeUnknown } from './availability.ts'
import type { ServerFinder } from './primary.ts'
import { spreadForm, withUniqueName } from './sql.ts'
import { streamOf } from './use-limit.ts'

const closeMax_ms = 2_000

// The server has become a standby, or is told to write nothing; it is shutting down, or has crashed. Whoever takes the writes now, it is
// not this connection.
const goneCodes = new Set(['25006', '57P01', '57P02', '57P03'])

/** What a client is given beside the driver's own settings. */
export type ClientOptions = pg.ClientConfig & {
  primary?: ServerFinder | undefined
  /** False behind a pooler that does not keep prepared statements. */
  named_statements?: boolean
  /** Where tables are spread over machines: in which part of them a bucket lies. */
  shardOf?: ((bucket: number) => number) | undefined
}

/**
 * A connection: it goes to the server that takes the writes, where an address names several, makes the names of prepared statements
 * unique, and does not report as done what a standby does not have.
 */
export class DatabaseClient extends pg.Client {
  readonly #primary: ServerFinder | undefined
  readonly #isNaming: boolean
  /** As it was given. */
  readonly shardOf: ((bucket: number) => number) | undefined
  #isStandby = false
  #ending = false
  #reached: string | undefined

  constructor(options: ClientOptions = {}) {
    super(options)
    this.#primary = options.primary
    this.#isNaming = options.named_statements !== false
    this.shardOf = options.shardOf
    const { connection } = this as unknown as { connection: pg.Connection }
    connection.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) => {
      if (parameterName === 'in_hot_standby') this.#isStandby = parameterValue === 'on'
    })
    connection.on('errorMessage', ({ code }: { code?: string }) => {
      if (code !== undefined && goneCodes.has(code)) this.#leave()
    })
    connection.on('notice', ({ routine }: { routine?: string }) => {
      // By the function that says it, since the words depend on the language of the server. It comes before the commit is reported
      // as done: an error here is what the commit's caller gets.
      if (routine !== 'SyncRepWaitForLSN') return
      connection.emit('error', new OutcomeUnknown('the wait for a synchronous standby was cancelled'))
      this.#leave()
    })
    connection.on('error', () => this.#forget())
    connection.once('end', () => {
      if (!this.#ending) this.#forget()
    })
  }

  // One signature for all overloads of the driver.
  override connect(...callback: never[]): never {
    if (this.#primary === undefined) return Reflect.apply(super.connect, this, callback) as never
    const connecting = this.#connectTo(this.#primary)
    const [told] = callback as ((error: Error | null) => void)[]
    if (told === undefined) return connecting as never
    connecting.then(
      () => told(null),
      (error) => told(error),
    )
    return undefined as never
  }

  async #connectTo(primary: ServerFinder): Promise<void> {
    const { name, host, port } = await primary.find()
    // The pool has given it up meanwhile: a connection now would be nobody's.
    if (streamOf(this).destroyed) throw new Error('timeout expired')
    Object.assign(this, { host, port })
    this.#reached = name
    try {
      await super.connect()
    } catch (error) {
      this.#forget()
      throw error
    }
    if (!this.#isStandby) return
    this.#forget()
    Reflect.apply(this.end, this, [])
    throw Object.assign(new Error(`${name} has become a standby`), { code: '25006' })
  }

  override query(statement: never, ...rest: never[]): never {
    const { text } = Object(statement) as { text?: unknown }
    if (text === undefined) return Reflect.apply(super.query, this, [statement, ...rest]) as never
    const sent = this.shardOf === undefined ? statement : inSpreadForm(statement)
    const named = this.#isNaming ? withUniqueName(sent) : withoutName(sent)
    return Reflect.apply(super.query, this, [named, ...rest]) as never
  }

  // A server that does not answer does not close the connection either, and an open socket keeps the process alive.
  override end(...callback: never[]): never {
    this.#ending = true
    setTimeout(() => streamOf(this).destroy(), closeMax_ms).unref()
    return Reflect.apply(super.end, this, callback) as never
  }

  #forget(): void {
    if (this.#reached !== undefined) this.#primary?.lost(this.#reached)
  }

  /** Ends this connection behind what is being read from it. */
  #leave(): void {
    this.#forget()
    setImmediate(() => streamOf(this).destroy())
  }
}

function inSpreadForm(statement: { text: string }): { text: string } {
  return { ...statement, text: spreadForm(statement.text) }
}

function withoutName(statement: object): object {
  return { ...statement, name: undefined }
}

type ParameterStatus = { parameterName: string; parameterValue: string }
