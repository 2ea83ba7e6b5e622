import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { isSpread, openPool, type Pool, servingLimits } from '../../src/database/pool.ts'
import { CitusMap } from '../../src/distribution/citus-map.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { installCitusStandIn } from './citus-stand-in.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  await installCitusStandIn(database)
  // Four shards, on the machines of the groups 1 and 2 by turns.
  await database.owner.query(`insert into stand_in.pg_dist_shard
    select 'customer'::regclass, 'customer'::regclass::oid::bigint * 1000 + place from generate_series(1, 4) as place`)
})
afterAll(() => database.drop())

let coordinator: Pool
let map: CitusMap
beforeEach(async () => {
  await database.owner.query('delete from stand_in.pg_dist_placement')
  await database.owner.query(`insert into stand_in.pg_dist_placement
    select shardid, 1 + (shardid - 1) % 2 from stand_in.pg_dist_shard`)
  coordinator = openPool({ connectionString: database.url }, 2, () => {}, servingLimits)
  map = await CitusMap.open(coordinator, {
    address: { connectionString: database.url },
    size: 2,
    limits: servingLimits,
  })
})
afterEach(async () => {
  await map.close()
  await coordinator.end()
})

const places = () => [0, 1, 2, 3, 4].map((bucket) => [map.shardOf(bucket), map.nodeOf(bucket)])
const changed = [
  [0, 0],
  [1, 0],
  [2, 0],
  [3, 1],
  [0, 0],
]

/** Ends a connection to the first machine, as when it is lost. */
async function loseConnection(): Promise<void> {
  const client = await map.nodes[0]?.connect()
  const { rows } = (await client?.query('select pg_backend_pid() as pid')) ?? { rows: [] }
  client?.release()
  await coordinator.query('select pg_terminate_backend($1)', [rows[0]?.pid])
}

test('every bucket has the shard and the machine that Citus says', () => {
  expect(map.nodes).toHaveLength(2)
  expect(places()).toEqual([
    [0, 0],
    [1, 1],
    [2, 0],
    [3, 1],
    [0, 0],
  ])
})

test('the coordinator sends the forms of statements for spread tables, and so do the machines', async () => {
  const text = "select 'one' as form -- on one machine\n-- spread: select 'spread' as form"
  for (const pool of [coordinator, ...map.nodes]) {
    expect(isSpread(pool)).toBe(true)
    expect((await pool.query({ name: 'form', text })).rows).toEqual([{ form: 'spread' }])
  }
})

test('a shard that was moved is followed once a connection is lost', async () => {
  await database.owner.query('update stand_in.pg_dist_placement set groupid = 1 where shardid % 10 = 2')
  await loseConnection()
  await eventually(() => JSON.stringify(places()) === JSON.stringify(changed), 'the map was read again')
})

test('what lies on a machine that came after the start goes to another one, which passes it on', async () => {
  await database.owner.query(
    "insert into stand_in.pg_dist_node select 5, 7, true, true, 'primary', nodename, nodeport from stand_in.pg_dist_node where nodeid = 2",
  )
  await database.owner.query('update stand_in.pg_dist_placement set groupid = 7 where shardid % 10 = 2')
  await loseConnection()
  await eventually(() => JSON.stringify(places()) === JSON.stringify(changed), 'the map was read again')
  expect(map.nodes).toHaveLength(2)
  await database.owner.query('delete from stand_in.pg_dist_node where nodeid = 5')
})

test('a machine whose standby has taken its place is reached at the new address', async () => {
  const { rows } = await database.owner.query('select nodeport from stand_in.pg_dist_node where nodeid = 3')
  await database.owner.query('update stand_in.pg_dist_node set nodeport = 9 where nodeid = 3')
  const lost = await CitusMap.open(coordinator, {
    address: { connectionString: database.url },
    size: 1,
    limits: servingLimits,
  })
  try {
    await expect(lost.nodes[1]?.query('select 1')).rejects.toThrow(/connect (ECONNREFUSED|ENOENT)/)
    await database.owner.query('update stand_in.pg_dist_node set nodeport = $1 where nodeid = 3', [rows[0]?.nodeport])
    await eventually(
      () =>
        lost.nodes[1]?.query('select 1').then(
          () => true,
          () => false,
        ) ?? false,
      'the new address is known',
    )
  } finally {
    await lost.close()
  }
})
