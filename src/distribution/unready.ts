/** A rule for statements on spread tables, and the statements that do not keep it yet. */
export type UnreadyRule = { rule: string; statements: readonly string[] }

/**
 * What has to be written otherwise before a server can serve a database that is spread over machines, by their names. A
 * test finds the same by reading the statements, so this list may only shrink. Citus refuses some of these, and others are right and
 * dear: by which rule, decision 0068 says. A rule that all keep is not here. Statements that are composed, as those of lists are, are not looked at.
 */
export const unreadyStatements: Readonly<Record<string, UnreadyRule>> = {
  locks_by_shard: {
    rule: 'a lock on rows is for one bucket, or sent once for each shard',
    statements: ['assign-paycode', 'lock-unmatched-lines'],
  },
  no_skip_locked: {
    rule: 'nothing is claimed by skip locked',
    statements: ['lock-unmatched-lines'],
  },
  claims_as_values: {
    rule: 'on conflict comes behind rows of values, not behind a select',
    statements: [
      'add-message',
      'assign-paycode',
      'insert-settlement-lines',
      'insert-simulator-refund',
      'move-simulator-charge',
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
    statements: ['expire-deliveries', 'record-outcomes', 'sequence-events', 'total-clearing', 'total-ledger'],
  },
  no_volatile_call: {
    rule: 'a write calls no volatile function',
    statements: ['cancel-attempts', 'unarchive-objects'],
  },
}

/** What else is in the way, a sentence each. */
const otherObstacles = [
  'The functions drop_old_events and erase_customer_events do not keep these rules either.',
  'The order of events is drawn from an identity, whose numbers are in order only among those who connect to one machine.',
  'Nobody reads from Citus on which machine a bucket lies: the map of several machines is proven by two databases (decision 0070).',
]

/** What is to be read before tables are distributed, in lines. */
export function unreadyLines(): string[] {
  const names = new Set(Object.values(unreadyStatements).flatMap(({ statements }) => statements))
  return [
    `No server starts on a distributed database yet: ${names.size} of its statements are not written for it. They are, by the rule that they do not keep:`,
    ...Object.values(unreadyStatements).map(({ rule, statements }) => `  ${rule}: not ${statements.join(', ')}.`),
    ...otherObstacles,
    'There is no way back but a backup.',
  ]
}
