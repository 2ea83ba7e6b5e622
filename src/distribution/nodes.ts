import type { Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'

/** What a node has. Rights are null where they are those that PostgreSQL gives by itself. */
export type NodeFacts = {
  functions: { signature: string; rights: string[] | null }[]
  /** Tables, partitions and shards, by the name of the table; one row for each set of rights that is among them. */
  tables: { name: string; rights: string[] | null }[]
  settings: Record<string, string>
}

/** What each node says; null where one did not answer. `here` is what the coordinator shows to whoever connects. */
export type NodeReports = { here: NodeFacts; nodes: { node: number; facts: NodeFacts | null }[] }

const reportNode = loadSql(import.meta.url, './sql/report-node.sql')

/** Asks every node, the coordinator too. A node that is down is in the list. */
export async function readNodes(database: Queryable): Promise<NodeReports> {
  const here = await database.query<{ facts: string }>(reportNode)
  const { rows } = await database.query<{ nodeid: number; success: boolean; result: string }>({
    name: 'report-nodes',
    text: 'select nodeid, success, result from run_command_on_all_nodes($1) order by nodeid',
    values: [reportNode.text],
  })
  return {
    here: JSON.parse(here.rows[0]?.facts ?? 'null'),
    nodes: rows.map(({ nodeid, success, result }) => ({ node: nodeid, facts: success ? JSON.parse(result) : null })),
  }
}
