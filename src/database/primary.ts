import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { isDatabaseUnavailable } from './availability.ts'
import type { DatabaseHost } from './hosts.ts'
import { streamOf } from './use-limit.ts'

/** Where the server is that takes the writes. */
export type Reached = { name: string; host: string; port: number }

/** Finds the server that takes the writes, and is told that it is lost. */
export type ServerFinder = { find(): Promise<Reached>; lost(name: string): void }

/** What one host has answered. */
type Answer = Reached & { timeline: number }

// A host that is cut off does not answer at all.
const probeMax_ms = 1_500
// Below the limit for a connection, so that whoever waits is told what was found rather than that time is up.
const searchMax_ms = 2_500
const searchPause_ms = 100
// Others that call themselves the primary, such as one that was down when its standby was promoted, are heard before one is chosen.
const hearOthers_ms = 150

/** No host takes writes now. It counts as a connection that could not be made. */
class NoPrimary extends Error {
  override readonly name = 'NoPrimary'
  readonly code = '08001'
}

/**
 * Finds, among several servers, the one that takes the writes, and remembers it until it is lost. All are asked at once, so that one
 * which is cut off costs no time. Of two that both call themselves the primary, the one that was promoted later is chosen, and none that
 * was promoted earlier than one which this process has already written to.
 */
export class Primary implements ServerFinder {
  readonly hosts: readonly DatabaseHost[]
  readonly #onFound: (name: string) => void
  #known: Reached | undefined
  #last: string | undefined
  #searching: Promise<Reached> | undefined
  #timeline = 0

  /** `onFound` is called whenever another server than before takes the writes. */
  constructor(hosts: readonly DatabaseHost[], onFound: (name: string) => void) {
    this.hosts = hosts
    this.#onFound = onFound
  }

  /** The server that takes the writes. Rejects when none is found within 2.5 seconds. */
  find(): Promise<Reached> {
    if (this.#known) return Promise.resolve(this.#known)
    this.#searching ??= this.#search().finally(() => {
      this.#searching = undefined
    })
    return this.#searching
  }

  /** Says that this server is lost, or takes no writes any more. */
  lost(name: string): void {
    if (this.#known?.name === name) this.#known = undefined
  }

  async #search(): Promise<Reached> {
    const until = performance.now() + searchMax_ms
    for (;;) {
      const { chosen, faults } = await this.#ask()
      if (chosen) {
        this.#timeline = chosen.timeline
        this.#known = chosen
        if (this.#last !== chosen.name) this.#onFound(chosen.name)
        this.#last = chosen.name
        return chosen
      }
      // A wrong password or a missing database does not pass.
      const lasting = faults.find((fault) => !isDatabaseUnavailable(fault))
      if (lasting !== undefined) throw lasting
      if (performance.now() + searchPause_ms > until) {
        throw new NoPrimary(`no host takes writes: ${faults.map(({ message }) => message).join('; ')}`)
      }
      await delay(searchPause_ms)
    }
  }

  async #ask(): Promise<{ chosen: Answer | undefined; faults: Error[] }> {
    const answers: Answer[] = []
    const faults: Error[] = []
    const asked = this.hosts.map((one) =>
      this.#askHost(one).then(
        (answer) => void answers.push(answer),
        (fault: Error) => void faults.push(fault),
      ),
    )
    await Promise.any([Promise.all(asked), ...asked.map((one) => one.then(() => this.#heard(answers)))]).catch(() => {})
    const [chosen] = answers.sort((left, right) => right.timeline - left.timeline)
    return { chosen, faults }
  }

  async #heard(answers: Answer[]): Promise<void> {
    if (answers.length === 0) throw noAnswer
    await delay(hearOthers_ms)
  }

  async #askHost({ name, connectionString }: DatabaseHost): Promise<Answer> {
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: probeMax_ms, query_timeout: probeMax_ms })
    client.on('error', () => {})
    try {
      await client.connect()
      const { rows } = await client.query<{ timeline: string | null }>(readTimeline)
      const timeline = Number.parseInt(rows[0]?.timeline ?? '', 16)
      if (Number.isNaN(timeline)) throw fault(name, 'is a standby')
      if (timeline < this.#timeline) throw fault(name, 'is a primary from before the last promotion')
      return { name, host: client.host, port: client.port, timeline }
    } catch (error) {
      throw isDatabaseUnavailable(error) && !(error instanceof NoPrimary)
        ? fault(name, (error as Error).message)
        : error
    } finally {
      // Not awaited: a host that is cut off does not answer to that either.
      client.end().catch(() => {})
      setTimeout(() => streamOf(client).destroy(), probeMax_ms).unref()
    }
  }
}

const noAnswer = new Error('none has answered yet')

// Its timeline grows with each promotion; a standby, or a server that is told to write nothing, has none.
const readTimeline = `select case when not pg_is_in_recovery() and not current_setting('transaction_read_only')::boolean
  then substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) end as timeline`

function fault(name: string, what: string): NoPrimary {
  return new NoPrimary(`${name} ${what}`)
}
