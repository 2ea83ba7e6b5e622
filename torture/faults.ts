/** How a fault is tried: the tests that bring it about, and how often in each of the two forms. */
export type Tried = {
  /** Test files or folders. */
  tests: string[]
  /** The variables of the long form. The short form is that of the suite, so it has none. */
  full?: Record<string, number>
}

/** A row of the table. What is not tried says why. */
export type Fault = { id: string; fault: string } & (Tried | { not_tried: string })

/**
 * What may go wrong, by the numbers that the reliability page explains. A fault is written once, as a test of the suite; this says
 * which, and how often it is brought about in the long form.
 */
export const faults: Fault[] = [
  {
    id: 'F1',
    fault: 'The server is killed (signal 9) at random, under load',
    tests: ['test/fault/kill.test.ts', 'test/fault/feed-kill.test.ts', 'test/fault/dead-process.test.ts'],
    full: { KILL_ROUNDS: 200, FEED_ROUNDS: 50 },
  },
  {
    id: 'F2',
    fault: 'PostgreSQL is killed: one connection, all at once, or stopped without a checkpoint, under load',
    tests: ['test/fault/database-kill.test.ts'],
    full: { DATABASE_KILLS: 50 },
  },
  {
    id: 'F3',
    fault:
      'The server is killed before each statement, before each commit and behind it, of each operation, of a payment on a page, of disputes, webhooks, replays, and of the rotation of keys',
    tests: [
      'test/fault/every-point.test.ts',
      'test/fault/rotation.test.ts',
      'test/fault/kill-points.test.ts',
      'test/fault/capture.test.ts',
      'test/fault/refund.test.ts',
      'test/fault/dispute.test.ts',
      'test/fault/killed-opening.test.ts',
    ],
    full: { FAULT_FLOWS: 100, POINTS_OF_FLOW: 100 },
  },
  {
    id: 'F4',
    fault: 'The connection to PostgreSQL is cut after any byte of a payment',
    tests: ['test/fault/cut-connection.test.ts'],
    full: { CUTS: 400 },
  },
  {
    id: 'F5',
    fault: 'The disk reports an error of fsync',
    not_tried:
      'It needs a tracer beside PostgreSQL, which a machine seldom has. PostgreSQL stops and recovers by itself.',
  },
  { id: 'F6', fault: 'The disk is full, and freed', tests: ['test/fault/full-disk.test.ts'] },
  {
    id: 'F7',
    fault: 'Deadlocks and failed serialisation: many clients on few accounts',
    tests: ['test/model/concurrency.test.ts', 'test/model/archive-storm.test.ts'],
    full: { STORM_ROUNDS: 100 },
  },
  {
    id: 'F8',
    fault: 'Locks held by an operator, a silent or stopped database, too few connections',
    tests: [
      'test/fault/locked-row.test.ts',
      'test/fault/silent-database.test.ts',
      'test/fault/stopped-database.test.ts',
      'test/fault/database-unavailable.test.ts',
    ],
  },
  {
    id: 'F9',
    fault: 'One key or reference many times at once',
    tests: ['test/api/idempotency.test.ts', 'test/payments/sent-again.test.ts'],
  },
  { id: 'F10', fault: 'Keys sent again while they are kept, and after', tests: ['test/api/idempotency.test.ts'] },
  {
    id: 'F11',
    fault: 'Callbacks of processors doubled, lost and in any order',
    tests: [
      'test/model/payer-orders.test.ts',
      'test/model/processor-orders.test.ts',
      'test/model/refund-orders.test.ts',
      'test/model/capture-orders.test.ts',
      'test/model/dispute-orders.test.ts',
    ],
    full: { ORDERS: 10_000, PROCESSOR_ORDERS: 300, REFUND_ROUNDS: 300, CAPTURE_ROUNDS: 200, DISPUTE_ROUNDS: 300 },
  },
  {
    id: 'F12',
    fault: 'A callback before the payer is back, a payer without a callback, neither',
    tests: ['test/processors/callbacks.test.ts', 'test/payments/session.test.ts', 'test/payments/called-off.test.ts'],
  },
  {
    id: 'F13',
    fault: 'The clock of the server jumps: minutes, days, backwards, a leap day, summer time, 2038',
    tests: ['test/fault/clock-jumps.test.ts', 'test/core/local-date.test.ts'],
    full: { DATES_ZONES: 600 },
  },
  {
    id: 'F15',
    fault: 'Old and new program on one database, upgraded under load',
    tests: ['test/upgrade/rolling.test.ts'],
    full: { UPGRADE_STAGE_MS: 20_000 },
  },
  { id: 'F16', fault: 'Restored from a backup to a random moment', tests: ['test/backup'], full: { RESTORES: 20 } },
  {
    id: 'F17',
    fault: 'Random sequences of all operations, beside a plain ledger',
    tests: ['test/model/model.test.ts', 'test/desk/unidentified-orders.test.ts'],
    full: { MODEL_RUNS: 1_000, DESK_ROUNDS: 60 },
  },
  {
    id: 'F18',
    fault: 'Load for long: memory and open files stay the same',
    tests: ['test/fault/soak.test.ts'],
    full: { SOAK_S: 300 },
  },
  {
    id: 'F19',
    fault: 'The files of a running PostgreSQL are replaced: new connections fail, old ones go on',
    tests: ['test/fault/replaced-files.test.ts'],
  },
  {
    id: 'F20',
    fault:
      'The primary is killed or cut off, the standby takes over; the standby is lost (as root, in network namespaces)',
    tests: ['test/fault/standby.test.ts'],
    full: { FAILOVERS: 10, LOST_STANDBYS: 5 },
  },
  {
    id: 'F21',
    fault:
      'Two machines under one map: random sequences, storms by four servers, kills at every statement of a payment, one machine stopped',
    tests: ['test/nodes'],
    full: {
      NODES_MODEL_RUNS: 1_000,
      NODES_STORM_ROUNDS: 50,
      NODES_KILL_ROUNDS: 30,
      NODES_KILL_POINTS: 100,
      NODES_CUTS: 200,
    },
  },
  {
    id: 'S1',
    fault: 'Objects of others, by id, reference, cursor and key, on every route; the time of the answer too',
    tests: [
      'test/api/isolation.test.ts',
      'test/api/isolation-product.test.ts',
      'test/api/isolation-time.test.ts',
      'test/api/scopes.test.ts',
    ],
    full: { ISOLATION_TIMES: 5_000 },
  },
  {
    id: 'S2',
    fault: 'Keys that are wrong, revoked, of another mode or without the right',
    tests: ['test/api/keys.test.ts', 'test/api/scopes.test.ts'],
  },
  {
    id: 'S3',
    fault: 'Addresses that lead inside, in every spelling, when saved and when connected',
    tests: ['test/net/address-guard.test.ts', 'test/net/canary.test.ts', 'test/net/guarded-fetch.test.ts'],
  },
  {
    id: 'S4',
    fault: 'Secrets told by the time that a comparison takes',
    tests: ['test/core/timing.test.ts', 'test/core/secret.test.ts'],
  },
  {
    id: 'S5',
    fault: 'Links that are guessed',
    tests: ['test/limits/limits.test.ts', 'test/pages/guest.test.ts', 'test/core/secret.test.ts'],
  },
  {
    id: 'S6',
    fault: 'Forms from other sites, frames, addresses to return to',
    tests: ['test/pages/paying.test.ts', 'test/checkout'],
  },
  {
    id: 'S7',
    fault: 'Hostile text in every field of every page',
    tests: ['test/pages/naughty.test.ts', 'test/pages/escaped-text.test.ts'],
  },
  { id: 'S8', fault: 'Formulas in tables', tests: ['test/core/csv.test.ts', 'test/billing/whole-statement.test.ts'] },
  { id: 'S9', fault: 'Secrets and personal data in logs and traces', tests: ['test/cli/log.test.ts', 'test/tracing'] },
  {
    id: 'S10',
    fault: 'Card numbers in any text',
    tests: ['test/api/card-numbers.test.ts', 'test/core/card-number.test.ts', 'test/api/at-rest.test.ts'],
  },
  {
    id: 'S11',
    fault: 'Bad input to every operation',
    tests: ['test/fuzz'],
    full: { FUZZ_RUNS: 100_000 },
  },
  {
    id: 'S12',
    fault: 'Smuggled, slow, flooding, oversized and packed requests',
    tests: ['test/server'],
  },
  {
    id: 'S13',
    fault: 'SQL in every text that a client can send: it is a value, and in no statement',
    tests: ['test/fuzz/sql.test.ts'],
  },
  {
    id: 'S14',
    fault: 'Callbacks with a wrong, old or changed signature',
    tests: ['test/processors/standard-webhook.test.ts', 'test/processors/paystack-callbacks.test.ts'],
  },
  {
    id: 'S16',
    fault: 'More requests than allowed; one merchant that starves another',
    tests: ['test/limits', 'test/webhooks/endpoint-limiter.test.ts'],
  },
]
