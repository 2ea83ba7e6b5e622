import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { openPool, type Pool, servingLimits } from '../../src/database/pool.ts'
import type { ShardMap } from '../../src/database/shard-map.ts'
import { CitusMap } from '../../src/distribution/citus-map.ts'
import { copyOnCitus, dropOnCitus } from './citus.ts'
import { expectCleanBooks } from './verify.ts'

export type TestDatabase = {
  name: string
  /** As the server connects: it may not change what was entered. */
  pool: Pool
  /** As the owner of the tables, for what a test prepares or breaks by hand. */
  owner: Pool
  /** Where rows lie, on Citus. */
  shards?: ShardMap
  /** The server's way in as a URL, for a server in a process of its own. */
  url: string
  ownerUrl: string
  /** Proves the books (`tallystick verify`), then drops the database. Fails when an invariant does not hold. */
  drop(): Promise<void>
}

export type TestDatabaseOptions = {
  /** False for a test that breaks the books, or writes rows by hand without what belongs to them. */
  verify?: boolean
  /** As if its tables were spread over machines, in this part of them for each bucket. */
  shardOf?: (bucket: number) => number
}

// A long form: every statement in its form for tables that are spread over machines, which has to come to the same.
const shardOfAll = Number(process.env.SPREAD_FORMS ?? 0) === 1 ? (bucket: number) => bucket % 8 : undefined

/** A database of this test file's own, copied from the migrated template. */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { machines, template: spread } = inject('citus')
  const [coordinator] = options.shardOf === undefined ? machines : []
  const { host, port, password, template } = { ...inject('postgres'), ...coordinator }
  const name = `test_${randomBytes(6).toString('hex')}`
  const at = (user: string, database: string) => ({ host, port, user, password, database })
  const admin = async (statement: string) => {
    const client = new pg.Client(at('postgres', 'postgres'))
    await client.connect()
    await client.query(statement)
    await client.end()
  }
  if (coordinator) await copyOnCitus(machines, spread, name)
  else await admin(`create database ${name} template ${template} owner tallystick_owner`)
  const pool = openPool(at('tallystick_server', name), 10, () => {}, servingLimits, options.shardOf ?? shardOfAll)
  const owner = openPool(at('tallystick_owner', name), 3, () => {})
  const urlOf = (user: string) =>
    `postgresql://${user}:${password}@${host.startsWith('/') ? '' : `${host}:${port}`}/${name}${
      host.startsWith('/') ? `?host=${encodeURIComponent(host)}&port=${port}` : ''
    }`
  const way = { address: { connectionString: urlOf('tallystick_server') }, size: 8, limits: servingLimits }
  const shards = coordinator && (await CitusMap.open(pool, way))
  return {
    name,
    pool,
    ...(shards && { shards }),
    owner,
    url: urlOf('tallystick_server'),
    ownerUrl: urlOf('tallystick_owner'),
    async drop() {
      try {
        if (options.verify !== false) await expectCleanBooks({ pool })
      } finally {
        await shards?.close()
        await Promise.all([pool.end(), owner.end()])
        if (coordinator) await dropOnCitus(machines, name)
        else await admin(`drop database if exists ${name} with (force)`)
      }
    },
  }
}
