import type { CatalogueSnapshot, ForeignKeyFacts, TableFacts } from './snapshot.ts'

/** Where the rows of a table lie: on the machine of their bucket, on every machine, or on the coordinator only. */
export type TableClass = 'distributed' | 'reference' | 'local'

/** What only those ask for who connect to the coordinator. */
export const onCoordinator: readonly string[] = [
  'schema_migration',
  // Written for every few requests or events: on every machine, each of these would be a commit on all of them.
  'feed_place',
  'rate_lease',
]

/** The table that every other distributed one lies beside. */
export const firstTable = 'customer'

/** The class of a table. What belongs to a customer carries the customer's bucket. */
export function classOf({ name, has_bucket }: Pick<TableFacts, 'name' | 'has_bucket'>): TableClass {
  if (onCoordinator.includes(name)) return 'local'
  return has_bucket ? 'distributed' : 'reference'
}

/** The tables of one class, those first that others name by a foreign key, and by name beside that. */
export function tablesOf({ tables, foreign_keys }: CatalogueSnapshot, wanted: TableClass): TableFacts[] {
  const left = tables.filter((table) => classOf(table) === wanted)
  const sorted: TableFacts[] = []
  while (left.length > 0) {
    const waits = (table: TableFacts) =>
      foreign_keys.some(
        (key) =>
          key.table === table.name && key.references !== table.name && left.some(({ name }) => name === key.references),
      )
    // Tables that name each other would wait for ever: the first of them goes on.
    const next = left.findIndex((table) => !waits(table))
    sorted.push(...left.splice(Math.max(next, 0), 1))
  }
  return sorted
}

/** The foreign keys from one distributed table to another, which Citus accepts only once both are distributed. */
export function keysBetweenDistributed({ tables, foreign_keys }: CatalogueSnapshot): ForeignKeyFacts[] {
  const distributed = new Set(tables.filter((table) => classOf(table) === 'distributed').map(({ name }) => name))
  return foreign_keys.filter(({ table, references }) => distributed.has(table) && distributed.has(references))
}

/** What keeps tables from being distributed, a sentence each. Empty for every schema of ours. */
export function findMisfits(snapshot: CatalogueSnapshot): string[] {
  const classes = new Map(snapshot.tables.map((table) => [table.name, classOf(table)]))
  const distributed = snapshot.tables.filter((table) => classOf(table) === 'distributed')
  return [
    ...distributed.flatMap(({ name, unique_without_bucket }) =>
      unique_without_bucket.map((index) => `The unique index ${index} of ${name} has no bucket.`),
    ),
    ...distributed.flatMap(({ name, triggers }) =>
      triggers.map((trigger) => `${name} has the trigger or rule ${trigger}.`),
    ),
    ...snapshot.foreign_keys.flatMap(({ name, table, references, has_bucket }) => {
      if (classes.get(references) !== 'distributed') return []
      if (classes.get(table) !== 'distributed')
        return [`The foreign key ${name} of ${table} names ${references}, which is distributed.`]
      return has_bucket ? [] : [`The foreign key ${name} of ${table} has no bucket.`]
    }),
  ]
}
