/** A table whose rows, or these columns of them, are never changed once they are written. */
export type SealedTable = {
  name: string
  /** What its ids are shown as. */
  kind: string
  /** In the order in which they are digested. The first is the id that the rows are sealed by. */
  columns: readonly string[]
  /** Whether its key begins with the environment, so that rows are found by environment and id. */
  by_environment?: true
}

const columns = (names: string): readonly string[] => names.split(' ')

/**
 * What is sealed. The columns are those of the seals that exist: one that is added later is not among them, unless seals get another
 * form. Left out is what changes by right: the personal part of an event, the reversed amount of an application, and what is said of a
 * reversal later. Payments are not among them, since the id of one that is begun at a page is made when the page is shown.
 */
export const sealedTables: readonly SealedTable[] = [
  {
    name: 'ledger_transaction',
    kind: 'transaction',
    columns: columns(
      'id bucket environment_id kind source_id reason request_id actor label reference effective_at recorded_at',
    ),
  },
  {
    name: 'ledger_entry',
    kind: 'entry',
    columns: columns(
      'id bucket environment_id transaction_id receivable_id system_account currency amount version balance_after',
    ),
  },
  {
    name: 'application',
    kind: 'obligation',
    columns: columns(
      'id bucket environment_id customer_id payment_id receivable_id kind currency amount transaction_id created_at',
    ),
    by_environment: true,
  },
  {
    name: 'application_reversal',
    kind: 'reversal',
    columns: columns(
      'id bucket environment_id application_id payment_reversal_id refund_id transfer_id amount reason transaction_id created_at',
    ),
  },
  {
    name: 'payment_reversal',
    kind: 'reversal',
    columns: columns(
      'id bucket environment_id payment_id amount unapplied_amount direct_amount suspense_amount transferred_amount uncovered_amount processor_reference follows reason created_at',
    ),
  },
  {
    name: 'event',
    kind: 'event',
    columns: columns('id bucket environment_id type subject_id body created_at'),
  },
  {
    name: 'event_feed',
    kind: 'event',
    columns: columns('event_id bucket environment_id position'),
  },
  {
    name: 'audit_entry',
    kind: 'audit',
    columns: columns('id bucket environment_id actor action object_kind object_id object_name request_id recorded_at'),
  },
]

/**
 * The rows of a table with ids in a range, and of each what is digested: its columns in binary form with their types and lengths, which is
 * the same on every machine and in every version of PostgreSQL.
 */
export function sealedRows({ name, columns: names, by_environment }: SealedTable, from: string, below: string): string {
  const [id] = names
  const range = `${id} >= ${from} and ${id} < ${below}`
  const rows = by_environment
    ? `environment as e cross join lateral (select * from ${name} where environment_id = e.id and ${range}) as r`
    : `${name} as r where ${range}`
  return `select r.${id} as id, r.bucket, record_send(row(${names.map((column) => `r.${column}`).join(', ')})) as content from ${rows}`
}

/** How many rows those are, and the digest of all of them. */
export function digestOf(table: SealedTable, from: string, below: string): string {
  return `select count(*) as row_count, sha256(coalesce(string_agg(content, ''::bytea order by id, bucket), ''::bytea)) as digest
    from (${sealedRows(table, from, below)}) as sealed`
}

/** The same, with the beginning of the digest of each row. */
export const digestSealed = sealedTables
  .map(
    (table) =>
      `select '${table.name}' as sealed_table, count(*) as row_count,
    sha256(coalesce(string_agg(content, ''::bytea order by id, bucket), ''::bytea)) as digest,
    coalesce(string_agg(substring(sha256(content) for 4), ''::bytea order by id, bucket), ''::bytea) as prints
  from (${sealedRows(table, '$1::uuid', '$2::uuid')}) as sealed`,
  )
  .join('\nunion all\n')

const firstDiffering = (table: SealedTable) => `select n.id from (
      select id, substring(sha256(content) for 4) as print, row_number() over (order by id, bucket)::integer as place
      from (${sealedRows(table, 'p.from_id', 'p.below')}) as sealed
    ) as n
    where n.print is distinct from nullif(substring(p.prints from n.place * 4 - 3 for 4), ''::bytea) order by n.place limit 1`

const onOneMachine = (sql: string) => sql.replaceAll(/$/gm, ' -- on one machine')

// The row is looked for only where something differs. `offset 0` keeps the digest from being computed for each use of it.
const compareTable = (table: SealedTable) => `select row_count, broken,
    case when broken then format('seal %s of %s: ', number, to_char(sealed_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'))
      || case when found = row_count then '${table.name} was changed'
        else format('${table.name} has %s rows of %s', found, row_count) end
${onOneMachine(`|| coalesce(', first at ${table.kind} ' || (${firstDiffering(table)}), ', at its end')`)}
    end as example
  from (
    select p.*, coalesce(f.row_count, 0) as found,
      coalesce(f.digest, sha256(''::bytea)) <> p.digest or coalesce(f.row_count, 0) <> p.row_count as broken
    from part as p
    -- spread: left join found_${table.name} as f on f.number = p.number
${onOneMachine(`cross join lateral (${digestOf(table, 'p.from_id', 'p.below')}) as f`)}
    where p.sealed_table = '${table.name}'${
      table.name.startsWith('event') ? ' and p.from_id >= (select id_at(events_dropped_before) from retention)' : ''
    }
    offset 0
  ) as p`

/** The digests of all seals of a table at once, where tables are spread over machines: what is looked up for each seal cannot be sent there. */
const digestsOf = ({ name, columns: names }: SealedTable) => `-- spread: , found_${name} as materialized (
-- spread:   select p.number, count(*) as row_count,
-- spread:     sha256(string_agg(record_send(row(${names.map((column) => `r.${column}`).join(', ')})), ''::bytea order by r.${names[0]}, r.bucket)) as digest
-- spread:   from part as p join ${name} as r on r.${names[0]} >= p.from_id and r.${names[0]} < p.below
-- spread:   where p.sealed_table = '${name}' group by p.number
-- spread: )`

/**
 * Compares the seals from the number $1 to the number $2 with the rows that they are of, as a check does. Of events that were dropped by
 * right nothing is left to compare: no seal covers parts of two months.
 */
export const compareSeals = `with part as materialized (
  select s.number, s.from_id, s.below, s.sealed_at, p.sealed_table, p.row_count, p.digest, p.prints
  from ledger_seal as s join ledger_seal_part as p on p.number = s.number
  where s.number between $1::bigint and $2::bigint
)
${sealedTables.map(digestsOf).join('\n')}
select coalesce(sum(row_count), 0) as examined, count(*) filter (where broken) as violations,
  (array_agg(example) filter (where broken))[1:5] as examples
from (
${sealedTables.map(compareTable).join('\n  union all\n')}
) as compared`
