import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { migrate } from '../../src/database/migrate.ts'
import { openPool } from '../../src/database/pool.ts'
import { distribute } from '../../src/distribution/run.ts'

/*
 * The suite on Citus: CITUS_URL is the address of a superuser at its coordinator, in a database that knows the machines. Every test file
 * has a database of its own there too: on each machine a copy of a template that was migrated and distributed once.
 */

/** One machine of a Citus, as a superuser reaches it. */
export type CitusMachine = { host: string; port: number; user: string; password: string }

/** Reads which machines there are; the coordinator is the first. */
export async function findCitusMachines(url: string): Promise<CitusMachine[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { host, port, user = 'postgres', password } = client
  const { rows } = await client.query<{ host: string; port: number }>(
    "select nodename as host, nodeport as port from pg_dist_node where noderole = 'primary' and groupid > 0 order by groupid",
  )
  await client.end()
  const login = { user, password: password ?? '' }
  return [{ host, port, ...login }, ...rows.map((machine) => ({ ...machine, ...login }))]
}

/** Makes the template, migrated and distributed into so many shards or two for each machine, and returns its name. */
export async function makeCitusTemplate(machines: readonly CitusMachine[], shards?: number): Promise<string> {
  const template = `template_${randomBytes(6).toString('hex')}`
  const [coordinator, ...workers] = machines
  if (coordinator === undefined) throw new Error('CITUS_URL leads to a coordinator')
  for (const machine of machines) {
    await run(machine, 'postgres', [`create database ${template}`])
    await run(machine, template, ['create extension citus'])
  }
  await run(coordinator, template, [
    `select citus_set_coordinator_host(${pg.escapeLiteral(coordinator.host)}, ${coordinator.port})`,
    ...workers.map(({ host, port }) => `select citus_add_node(${pg.escapeLiteral(host)}, ${port})`),
    ...['tallystick_owner', 'tallystick_server'].map(
      (role) =>
        `do $$ begin create role ${role} login password ${pg.escapeLiteral(coordinator.password)}; exception when duplicate_object then null; end $$`,
    ),
    `alter database ${template} owner to tallystick_owner`,
    'alter schema public owner to tallystick_owner',
  ])
  const owner = openPool({ ...coordinator, user: 'tallystick_owner', database: template }, 1, () => {})
  await migrate(owner, new Date(), 'tallystick_server')
  const findings = await distribute(owner, shards, () => {})
  await owner.end()
  const faults = findings.flatMap((finding) => finding.faults)
  if (faults.length > 0) throw new Error(`The template is not distributed as it should be:\n${faults.join('\n')}`)
  for (const machine of machines) await close(machine, template)
  return template
}

/** Copies a template on each machine. What Citus knows of the machines is in the copy. */
export async function copyOnCitus(machines: readonly CitusMachine[], template: string, name: string): Promise<void> {
  await Promise.all(
    machines.map((machine) =>
      run(machine, 'postgres', [`create database ${name} template ${template} owner tallystick_owner`]),
    ),
  )
}

/** Drops a database on each machine. */
export async function dropOnCitus(machines: readonly CitusMachine[], name: string): Promise<void> {
  await Promise.all(
    machines.map((machine) => run(machine, 'postgres', [`drop database if exists ${name} with (force)`])),
  )
}

/** Nobody connects to it any more, the daemon of Citus neither: it can be copied. */
async function close(machine: CitusMachine, database: string): Promise<void> {
  await run(machine, 'postgres', [
    `alter database ${database} with allow_connections false`,
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = ${pg.escapeLiteral(database)}`,
  ])
}

async function run(machine: CitusMachine, database: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ ...machine, database })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}
