import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { readStatement, type Source } from './statement-reader.ts'

/** Which tables the schema has, by where their rows lie. */
export type Places = { distributed: ReadonlySet<string>; reference: ReadonlySet<string> }

type ReadStatement = { sql: string; text: string; sources: Source[]; places: Places }

const ofDistributed = ({ sources, places }: ReadStatement) => sources.filter(({ name }) => places.distributed.has(name))
const arrays = /\[ ?\]|\bany \( \$/
const locks = /\bfor (no key update|update|share|key share)\b/

/** For each rule of decision 0068 whether a statement breaks it. */
export const statementRules: Readonly<Record<string, (read: ReadStatement) => boolean>> = {
  own_bucket: (read) => arrays.test(read.text) && ofDistributed(read).some(({ kept }) => !kept),
  locks_by_shard: (read) => locks.test(read.text) && ofDistributed(read).length > 0 && !isOfOneBucket(read),
  no_skip_locked: (read) => read.text.includes('skip locked') && ofDistributed(read).length > 0,
  claims_as_values: ({ text, sources, places }) =>
    text.includes('on conflict') &&
    !/\bvalues \(/.test(text) &&
    sources.some(({ name, inserted }) => inserted && places.distributed.has(name)),
  one_write: ({ sources, places }) =>
    sources.filter(({ name, written }) => written && places.distributed.has(name)).length > 1,
  no_shared_write: (read) =>
    read.sources.some(({ name, written }) => written && read.places.reference.has(name)) &&
    ofDistributed(read).length > 0,
  no_offset: (read) => read.text.includes('offset 0') && ofDistributed(read).length > 0,
  columns_named: (read) => /\bselect from\b/.test(read.text) && ofDistributed(read).length > 0,
  no_simple_case: ({ text, sources, places }) =>
    /\bcase (?!when\b)/.test(text) && sources.some(({ name, written }) => written && places.distributed.has(name)),
  bucket_stays: ({ text }) => /\bset (?:(?!\b(?:where|from|returning)\b).)*\bbucket =/.test(text),
  no_volatile_call: ({ text, sources, places }) =>
    /\b(?:new_id|gen_random_uuid|random|clock_timestamp|nextval) \(/.test(text) &&
    sources.some(({ name, written, inserted }) => written && !inserted && places.distributed.has(name)),
  windows_by_bucket: (read) =>
    ofDistributed(read).length > 0 && !isOfOneBucket(read) && windows(read.text).some((by) => !/\bbucket\b/.test(by)),
  no_whole_row: (read) =>
    /\b(?:to_jsonb?|row_to_json) \( ?[a-z]\w* ?\)/.test(read.text) &&
    ofDistributed(read).length > 0 &&
    !isOfOneBucket(read),
  no_row_address: (read) => /\b(ctid|xmin)\b/.test(read.text) && ofDistributed(read).length > 0,
  no_plan_mode: ({ sql }) => sql.includes('plan_cache_mode'),
}

/** What the windows of a statement are partitioned by. */
const windows = (text: string) =>
  [...text.matchAll(/\bpartition by ([^)]*?)(?: order by|\))/g)].map(([, by = '']) => by)

/** Whether every table of a customer's is narrowed to one bucket, so that one machine does it all. */
function isOfOneBucket(read: ReadStatement): boolean {
  return !arrays.test(read.text) && ofDistributed(read).every(({ kept }) => kept)
}

/** Reads a statement for the rules. */
export function readForRules(sql: string, places: Places): ReadStatement {
  const { tokens, sources } = readStatement(sql)
  return { sql, text: tokens.join(' '), sources, places }
}

/** Every statement of src by its name: the files in `sql/`, and those that stand whole in a module. What is composed is not among them. */
export function statementsOf(source: string): { name: string; sql: string }[] {
  const files = globSync('**/sql/*.sql', { cwd: source }).map((file) => ({
    name: basename(file, '.sql'),
    sql: readFileSync(join(source, file), 'utf8'),
  }))
  const inline = globSync('**/*.ts', { cwd: source }).flatMap((file) =>
    [
      ...readFileSync(join(source, file), 'utf8').matchAll(
        /\bname: '([^'\n]+)',\s+(?:\/\/.*\s+)?text:\s+(`[^`]*`|'[^'\n]*'|"[^"\n]*")/g,
      ),
    ].map(([, name = '', text = '']) => ({ name, sql: text.slice(1, -1) })),
  )
  return [...files, ...inline.filter(({ sql }) => !sql.includes('${'))]
}

/** The rules that a statement breaks. */
export function brokenRules(sql: string, places: Places): string[] {
  const read = readForRules(sql, places)
  return Object.entries(statementRules).flatMap(([rule, breaks]) => (breaks(read) ? [rule] : []))
}

/**
 * Statements that are never sent where tables are spread over machines: others are sent in their place, or names are reserved.
 * test/nodes/statements.test.ts looks at what is sent.
 */
export const onOneMachine: readonly string[] = [
  'claim-external-references',
  'claim-keys',
  'claim-new-keys',
  'claim-new-references',
  'claim-references',
  'claim-replacements',
  'find-reference-in-channels',
  'find-responses',
  'note-key-uses',
  'open-receivables',
  'release-references',
  'release-replacements',
]

/** What breaks a rule by its text and keeps it all the same, by the rule. */
export const excepted: Readonly<Record<string, readonly string[]>> = {
  // No bucket is known to them: they ask for what an environment has, go to every shard, and are seldom called.
  own_bucket: [
    'currencies',
    'erase-responses',
    'find-amounts',
    // It knows the bucket of a code, not that of the notice.
    'find-coded-notices',
    'find-exactly',
    'find-squeezed',
    'give-turns',
    'read-clearing',
    'read-feed',
    'replay-events',
    'sum-lines-of-payments',
  ],
  // The window is over a table of every machine.
  windows_by_bucket: ['closed-books'],
  // Sent for each shard by itself (src/database/by-shard.ts); test/nodes/statements.test.ts reads what is sent.
  locks_by_shard: [
    'hold-objects',
    'hold-receivables',
    'hold-rules',
    'lock-checkouts',
    'lock-notices',
    'lock-payments',
    'lock-receivables',
  ],
}

/**
 * Statements that Citus takes, as test/citus/statements.test.ts shows, and that cost more there than they have to, by the rule that they do not
 * keep. None of them is on the way of a payment but the unarchiving of what is archived and paid. The list may only shrink.
 */
export const dear: Readonly<Record<string, { rule: string; statements: readonly string[] }>> = {
  locks_by_shard: {
    rule: 'a lock on rows is for one bucket, or sent once for each shard',
    statements: ['assign-paycode'],
  },
  claims_as_values: {
    rule: 'on conflict comes behind rows of values, not behind a select',
    statements: [
      'add-message',
      'assign-paycode',
      'insert-settlement-lines',
      'insert-simulator-refund',
      'move-simulator-charge',
      'record-outcomes',
      'replay-events',
      'total-ledger',
    ],
  },
  one_write: {
    rule: 'a statement writes one table, so that no write feeds another',
    statements: [
      'assign-paycode',
      'authorise-payment',
      'cancel-attempts',
      'correct-payment',
      'count-guest-attempts',
      'insert-checkout',
      'insert-notice',
      'insert-session-payment',
      'move-simulator-charge',
      'pseudonymise-checkouts',
      'record-outcomes',
      'replace-references',
      'sequence-events',
      'settle-authorised-payment',
      'unarchive-objects',
      'update-payment-status',
    ],
  },
  no_shared_write: {
    rule: 'a table of every machine is not written beside one that is spread',
    statements: ['expire-deliveries', 'total-clearing', 'total-ledger'],
  },
  no_volatile_call: {
    rule: 'a write calls no volatile function, unless all that it does is to insert',
    statements: ['cancel-attempts', 'unarchive-objects'],
  },
}
