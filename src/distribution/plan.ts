import pg from 'pg'
import { classOf, firstTable, keysBetweenDistributed, tablesOf } from './classify.ts'
import { type CatalogueSnapshot, type ForeignKeyFacts, keyNotes, type PlacedTable } from './snapshot.ts'

/** A step of the way: what it does in one sentence, and the SQL that does it, as one transaction. */
export type DistributionStep = { sentence: string; statement: string }

const literal = pg.escapeLiteral

/**
 * What is left to do until the tables of the snapshot are spread over machines, in order. Made of the catalogue alone, so that a run
 * which was interrupted goes on where it ended: what is done is not in the plan.
 */
export function planDistribution(snapshot: CatalogueSnapshot, { shards }: { shards: number }): DistributionStep[] {
  const changes = [
    ...droppedKeys(snapshot),
    ...referenceTables(snapshot),
    ...distributedTables(snapshot, shards),
    ...keysMadeAgain(snapshot),
    ...sharedFunctions(snapshot),
    ...truncatedLeftovers(snapshot),
  ]
  const isBegun = Boolean(snapshot.citus?.noted_keys)
  return [
    {
      sentence: 'Lets one transaction change tables of every kind.',
      statement: "set citus.multi_shard_modify_mode = 'sequential'",
    },
    ...(isBegun || changes.length === 0 ? [] : [beginNotes]),
    ...changes,
    ...rights(snapshot),
    ...(isBegun || changes.length > 0 ? [endNotes] : []),
  ]
}

/** As long as its notes are there, the work is half done, and no server starts. */
const beginNotes: DistributionStep = {
  sentence: 'Makes the table in which the foreign keys are noted that are dropped for now.',
  statement: `create table ${keyNotes} ("table" text, name text, "references" text, definition text, has_bucket boolean)`,
}
const endNotes: DistributionStep = {
  sentence: 'Drops the notes: all is done.',
  statement: `drop table ${keyNotes}`,
}

const isPlaced = ({ citus }: CatalogueSnapshot, table: string, place: PlacedTable['place']) =>
  citus?.tables.some((placed) => placed.name === table && placed.place === place) ?? false

/** Those that stand in the way: of a table that is not distributed yet. */
function keysInTheWay(snapshot: CatalogueSnapshot): ForeignKeyFacts[] {
  return keysBetweenDistributed(snapshot).filter(({ table, references }) =>
    [table, references].some((name) => !isPlaced(snapshot, name, 'distributed')),
  )
}

/** Each is noted in the transaction that drops it, so that no interruption loses one. */
function droppedKeys(snapshot: CatalogueSnapshot): DistributionStep[] {
  return keysInTheWay(snapshot).map(({ table, name, references, definition, has_bucket }) => ({
    sentence: `Drops the foreign key ${name} of ${table} for now: Citus accepts it once both tables are distributed.`,
    statement: `insert into ${keyNotes} values (${[table, name, references, definition].map(literal).join(', ')}, ${has_bucket}); alter table ${table} drop constraint ${name}`,
  }))
}

function referenceTables(snapshot: CatalogueSnapshot): DistributionStep[] {
  return tablesOf(snapshot, 'reference')
    .filter(({ name }) => !isPlaced(snapshot, name, 'reference'))
    .map(({ name }) => ({
      sentence: `Puts ${name} on every machine.`,
      statement: `select create_reference_table(${literal(name)})`,
    }))
}

function distributedTables(snapshot: CatalogueSnapshot, shards: number): DistributionStep[] {
  const names = tablesOf(snapshot, 'distributed').map(({ name }) => name)
  const inOrder = [firstTable, ...names.filter((name) => name !== firstTable)]
  return inOrder
    .filter((name) => !isPlaced(snapshot, name, 'distributed'))
    .map((name) =>
      name === firstTable
        ? {
            sentence: `Spreads ${name} over the machines in ${shards} shards.`,
            statement: `select create_distributed_table(${literal(name)}, 'bucket', shard_count := ${shards})`,
          }
        : {
            sentence: `Spreads ${name}, each row beside its customer.`,
            statement: `select create_distributed_table(${literal(name)}, 'bucket', colocate_with := ${literal(firstTable)})`,
          },
    )
}

function keysMadeAgain(snapshot: CatalogueSnapshot): DistributionStep[] {
  const dropped = keysInTheWay(snapshot)
  const noted = snapshot.citus?.noted_keys ?? []
  const isThere = (key: ForeignKeyFacts) =>
    snapshot.foreign_keys.some(({ table, name }) => table === key.table && name === key.name)
  const keys = [...noted.filter((key) => !isThere(key)), ...dropped]
  return keys.map(({ table, name, definition }) => ({
    sentence: `Makes the foreign key ${name} of ${table} again, as it was.`,
    statement: `alter table ${table} add constraint ${name} ${definition}`,
  }))
}

function sharedFunctions({ functions, citus }: CatalogueSnapshot): DistributionStep[] {
  return functions
    .filter(({ signature }) => !citus?.functions.includes(signature))
    .map(({ signature }) => ({
      sentence: `Makes the function ${signature} on every machine.`,
      statement: `select create_distributed_function(${literal(signature)})`,
    }))
}

/**
 * Those first that name others, since truncating a table truncates what names it. Of a table that has no place yet nothing is known: Citus
 * may have moved its rows to where they do not show.
 */
function truncatedLeftovers(snapshot: CatalogueSnapshot): DistributionStep[] {
  const tables = [...tablesOf(snapshot, 'reference'), ...tablesOf(snapshot, 'distributed')].toReversed()
  return tables
    .filter((table) => table.has_local_rows || !isPlaced(snapshot, table.name, classOf(table)))
    .flatMap(({ name, may_truncate }) => {
      const truncate = {
        sentence: `Deletes the hidden copy of ${name} that was left on the coordinator.`,
        statement: `select truncate_local_data_after_distributing_table(${literal(name)})`,
      }
      if (may_truncate) return [truncate]
      return [
        {
          sentence: `Lets the owner truncate ${name} for a moment.`,
          statement: `grant truncate on ${name} to current_user`,
        },
        truncate,
        { sentence: `Takes that right back.`, statement: `revoke truncate on ${name} from current_user` },
      ]
    })
}

/** Always: each of them can be repeated, and what a machine lacks does not show in the catalogue of the coordinator. */
function rights({ server_roles, functions }: CatalogueSnapshot): DistributionStep[] {
  return [
    ...server_roles.map(({ role }) => ({
      sentence: `Gives ${role} its rights on every machine, and takes from it and from the owner what nobody may change.`,
      statement: `select grant_server_rights(${literal(role)})`,
    })),
    ...functions
      .filter(({ for_public }) => !for_public)
      .map(({ signature }) => ({
        sentence: `Lets not everybody call ${signature} on the machines.`,
        statement: `revoke execute on function ${signature} from public`,
      })),
  ]
}
