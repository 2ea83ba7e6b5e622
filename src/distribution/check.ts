import { classOf, keysBetweenDistributed } from './classify.ts'
import type { NodeFacts, NodeReports } from './nodes.ts'
import type { CatalogueSnapshot, PlacedTable } from './snapshot.ts'

/** One thing that was looked at. `faults` is empty where it is as it should be. */
export type DistributionFinding = { checked: string; faults: string[] }

/** Compares where everything lies, and what each node has, with what should be. Empty faults throughout mean that nothing was found. */
export function checkDistribution(snapshot: CatalogueSnapshot, reports: NodeReports): DistributionFinding[] {
  const placed = new Map((snapshot.citus?.tables ?? []).map((table) => [table.name, table]))
  return [
    { checked: 'every table has its place', faults: misplaced(snapshot, placed) },
    { checked: 'all distributed tables lie beside each other', faults: apart(snapshot, placed) },
    { checked: 'no hidden copy is left on the coordinator', faults: leftovers(snapshot, placed) },
    { checked: 'every foreign key that was dropped is there again', faults: missingKeys(snapshot) },
    {
      checked: 'every node answers',
      faults: reports.nodes.filter(({ facts }) => !facts).map(({ node }) => `node ${node} does not`),
    },
    {
      checked: 'every function is on every node, with the rights that it has here',
      faults: functionFaults(snapshot, reports),
    },
    { checked: 'tables and shards have the rights on every node that they have here', faults: tableFaults(reports) },
    { checked: 'the settings of every node', faults: settingFaults(reports) },
  ]
}

function misplaced({ tables }: CatalogueSnapshot, placed: Map<string, PlacedTable>): string[] {
  return tables.flatMap((table) => {
    const wanted = classOf(table)
    const found = placed.get(table.name)
    if (wanted === 'local')
      return found && found.place !== 'local' ? [`${table.name} is ${found.place}, not local`] : []
    if (found?.place !== wanted) return [`${table.name} is ${found?.place ?? 'local'}, not ${wanted}`]
    return wanted === 'distributed' && found.column !== 'bucket'
      ? [`${table.name} is distributed by ${found.column}, not bucket`]
      : []
  })
}

function apart({ tables }: CatalogueSnapshot, placed: Map<string, PlacedTable>): string[] {
  const distributed = tables
    .flatMap(({ name }) => placed.get(name) ?? [])
    .filter(({ place }) => place === 'distributed')
  const groups = Map.groupBy(distributed, ({ colocation }) => colocation)
  if (groups.size <= 1) return []
  return [...groups].map(([group, members]) => `group ${group} has ${members.map(({ name }) => name).join(', ')}`)
}

function leftovers({ tables }: CatalogueSnapshot, placed: Map<string, PlacedTable>): string[] {
  return tables
    .filter(({ name, has_local_rows }) => has_local_rows && (placed.get(name)?.place ?? 'local') !== 'local')
    .map(({ name }) => `${name} has one`)
}

function missingKeys(snapshot: CatalogueSnapshot): string[] {
  const there = new Set(keysBetweenDistributed(snapshot).map(({ table, name }) => `${table} ${name}`))
  return (snapshot.citus?.noted_keys ?? [])
    .filter(({ table, name }) => !there.has(`${table} ${name}`))
    .map(({ table, name }) => `${name} of ${table} is not`)
}

const asText = (rights: string[] | null) => rights?.join(' ') ?? 'those of PostgreSQL'

function functionFaults({ functions }: CatalogueSnapshot, { here, nodes }: NodeReports): string[] {
  const rightsIn = (facts: NodeFacts) =>
    new Map(facts.functions.map(({ signature, rights }) => [signature, asText(rights)]))
  const wanted = rightsIn(here)
  return answered(nodes).flatMap(({ node, facts }) => {
    const found = rightsIn(facts)
    return functions.flatMap(({ signature }) => {
      if (!found.has(signature)) return [`node ${node} lacks ${signature}`]
      if (found.get(signature) === wanted.get(signature)) return []
      return [`on node ${node} ${signature} has ${found.get(signature)}, not ${wanted.get(signature)}`]
    })
  })
}

function tableFaults({ here, nodes }: NodeReports): string[] {
  const wanted = new Map(here.tables.map(({ name, rights }) => [name, asText(rights)]))
  return answered(nodes).flatMap(({ node, facts }) =>
    facts.tables
      .filter(({ name, rights }) => wanted.has(name) && wanted.get(name) !== asText(rights))
      .map(
        ({ name, rights }) => `on node ${node} ${name} or a shard of it has ${asText(rights)}, not ${wanted.get(name)}`,
      ),
  )
}

const recoveryMax_ms = 5_000

/** By the trial of decision 0068: a balance in doubt waits for the recovery, and each connection of a batch is a participant of its commit. */
function settingFaults({ nodes }: NodeReports): string[] {
  return answered(nodes).flatMap(({ node, facts: { settings } }) => {
    const value = (name: string) => Number.parseInt(settings[name] ?? '0', 10)
    const wrong: [boolean, string][] = [
      [
        value('max_prepared_transactions') < value('max_connections'),
        `max_prepared_transactions is ${value('max_prepared_transactions')}: at least max_connections (${value('max_connections')}), or commits over nodes fail`,
      ],
      [
        value('citus.recover_2pc_interval') < 0 || value('citus.recover_2pc_interval') > recoveryMax_ms,
        `citus.recover_2pc_interval is ${value('citus.recover_2pc_interval')} ms: 5s, or a commit in doubt holds its balances for longer than a payment waits`,
      ],
      [
        value('citus.max_adaptive_executor_pool_size') !== 1,
        `citus.max_adaptive_executor_pool_size is ${value('citus.max_adaptive_executor_pool_size')}: 1, or a batch takes several connections to one node`,
      ],
      [
        value('citus.max_cached_conns_per_worker') < 2,
        `citus.max_cached_conns_per_worker is ${value('citus.max_cached_conns_per_worker')}: at least 2, or batches connect anew`,
      ],
    ]
    return wrong.filter(([isWrong]) => isWrong).map(([, sentence]) => `node ${node}: ${sentence}`)
  })
}

type Answered = { node: number; facts: NodeFacts }

function answered(nodes: NodeReports['nodes']): Answered[] {
  return nodes.filter((report): report is Answered => report.facts !== null)
}
