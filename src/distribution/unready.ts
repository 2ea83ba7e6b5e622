/** A rule for statements on spread tables, and the statements that do not keep it yet. */
export type UnreadyRule = { rule: string; statements: readonly string[] }

/**
 * What has to be written otherwise before a server can serve a database that is spread over machines, by the names of the files in `sql/`. A
 * test finds the same by reading the statements, so this list may only shrink. Citus refuses some of these, and
 * others are right and dear: decision 0068 says of which it is known. Statements inside modules are not looked at.
 */
export const unreadyStatements: Readonly<Record<string, UnreadyRule>> = {
  own_bucket: {
    rule: 'the buckets that it is given stand at every table of a statement that takes arrays',
    statements:
      'claim-replacements complete-checkouts complete-session-payments currencies erase-audit-details erase-responses expect-bills find-amounts find-charges-of-lines find-coded-notices find-exactly find-guest-facts find-payments-of-lines find-references find-responses find-settlements-of-lines find-squeezed give-turns hold-receivables lock-receivables obligations-of-payments open-receivables queue-deliveries read-clearing read-feed read-receivables record-outcomes release-external-references release-keys release-references release-replacements replace-references replay-events settle-notices unarchive-objects update-applications update-matched-lines update-receivables write-receipts'.split(
        ' ',
      ),
  },
  locks_by_shard: {
    rule: 'a lock on rows is for one bucket, or sent once for each shard',
    statements:
      'assign-paycode claim-callbacks claim-cancelled-checks claim-deliveries claim-due-captures claim-due-checks claim-due-disputes claim-due-refunds claim-ended-authorisations claim-messages claim-replacements expire-deliveries expire-notices hold-objects hold-receivables lock-checkouts lock-notices lock-payments lock-receivables lock-unmatched-lines open-receivables'.split(
        ' ',
      ),
  },
  no_skip_locked: {
    rule: 'nothing is claimed by skip locked',
    statements:
      'claim-callbacks claim-cancelled-checks claim-deliveries claim-due-captures claim-due-checks claim-due-disputes claim-due-refunds claim-ended-authorisations claim-messages expire-deliveries expire-notices lock-unmatched-lines'.split(
        ' ',
      ),
  },
  claims_as_values: {
    rule: 'on conflict comes behind rows of values, not behind a select',
    statements:
      'add-message assign-paycode claim-external-references claim-keys claim-references insert-settlement-lines insert-simulator-refund move-simulator-charge open-payments record-outcomes replay-events settle-authorised-payment total-ledger write-receipts'.split(
        ' ',
      ),
  },
  one_write: {
    rule: 'a statement writes one table, so that no write feeds another',
    statements:
      'assign-paycode authorise-payment cancel-attempts claim-replacements correct-payment count-guest-attempts delete-old-responses insert-checkout insert-notice insert-session-payment move-simulator-charge pseudonymise-checkouts record-outcomes release-replacements replace-references sequence-events settle-authorised-payment unarchive-objects update-payment-status write-events'.split(
        ' ',
      ),
  },
  no_shared_write: {
    rule: 'a table of every machine is not written beside one that is spread',
    statements: 'expire-deliveries record-outcomes sequence-events total-clearing total-ledger'.split(' '),
  },
  no_offset: {
    rule: 'no offset 0 forces an order of joins',
    statements:
      'buckets claim-deliveries deliveries find-references find-responses list-deliveries list-deliveries-of-object list-unposted lock-receivables objects payments read-feed read-receivables replay-events report-receipts-by-account'.split(
        ' ',
      ),
  },
  columns_named: {
    rule: 'every select names a column',
    statements:
      'cancel-attempts checkouts dispatch erase-responses find-processing find-undecided-money list-announced list-applied-of-payment list-open-shares list-since measure-deliveries receipts references sequence-events wake-deliveries'.split(
        ' ',
      ),
  },
  no_simple_case: {
    rule: 'a write has no case with a value behind it',
    statements: 'claim-due-checks insert-simulator-refund'.split(' '),
  },
  no_row_address: {
    rule: 'no row is found by where it lies on a disk',
    statements: 'sequence-events'.split(' '),
  },
  no_plan_mode: {
    rule: 'nothing sets plan_cache_mode',
    statements: 'open-batch'.split(' '),
  },
}

/** What else is in the way, a sentence each. */
const otherObstacles = [
  'The functions drop_old_events and erase_customer_events keep these rules neither.',
  'The order of events is drawn from an identity, whose numbers are in order only among those who connect to one machine.',
  'One machine that is lost stops nearly all payments, since keys and references lie on any of them.',
]

/** What is to be read before tables are distributed, in lines. */
export function unreadyLines(): string[] {
  const names = new Set(Object.values(unreadyStatements).flatMap(({ statements }) => statements))
  return [
    `The server cannot serve a distributed database yet: ${names.size} of its statements are not written for it. They are, by the rule that they do not keep:`,
    ...Object.values(unreadyStatements).map(({ rule, statements }) => `  ${rule}: not ${statements.join(', ')}.`),
    ...otherObstacles,
    'There is no way back but a backup.',
  ]
}
