import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { inject } from 'vitest'
import type { TestDatabase } from '../support/database.ts'

const sql = readFileSync(resolve(import.meta.dirname, 'citus-stand-in.sql'), 'utf8')

/** Puts the stand-in for Citus into a database, where sessions of the owner that begin from now on find it. */
export async function installCitusStandIn({ owner, name }: Pick<TestDatabase, 'owner' | 'name'>): Promise<void> {
  await owner.query(sql)
  const { host, port } = inject('postgres')
  await owner.query('update stand_in.pg_dist_node set nodename = $1, nodeport = $2', [host, port])
  await owner.query(`alter database ${name} set search_path = public, stand_in`)
}
