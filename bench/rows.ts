/** The contenders of a run, each under one name. */
export type ContenderName =
  | 'tpcb'
  | 'payments'
  | 'payments, delivered'
  | 'payments, 100 merchants'
  | 'payments, one account'
  | 'payments, half replays'
  | 'pgledger'
  | 'pgledger, hot account'
  | 'http payments'
  | 'http payments, delivered'
  | 'http accounts'
  | 'deliveries'
  | 'bare loop'
  | 'first attempt'
  | 'idle payment'
  | 'page'
  | 'payments, empty'
  | 'payments, history'

/** What a row of the table compares, and what it is held to. */
export type Row = {
  id: string
  what: string
  dispatcher: 'off' | 'runs' | '–'
} & (
  | { kind: 'ratio'; over: ContenderName; under: ContenderName; floor: number; goal: number }
  | { kind: 'latency'; of: ContenderName; floor_p99_ms: number; goal: { p50?: number; p99?: number } }
  | { kind: 'verify'; floor_s: number; goal_s: number }
)

/** The rows of the table, in the order in which docs/performance.md shows them. */
export const rows: readonly Row[] = [
  ratio('P1', 'payments through the service, 256 callers ÷ TPC-B-like', 'off', 'payments', 'tpcb', 2, 4),
  ratio('P1', 'the same, its events sent meanwhile', 'runs', 'payments, delivered', 'tpcb', 0, 0),
  ratio('P2', 'payments ÷ pgledger', 'off', 'payments', 'pgledger', 4, 7),
  ratio('P2', 'the same, both on one account', 'off', 'payments, one account', 'pgledger, hot account', 15, 30),
  ratio('P3', '`POST /billing/payments`, 256 connections ÷ TPC-B-like', 'off', 'http payments', 'tpcb', 0.7, 1.5),
  ratio('P3', 'the same, its events sent meanwhile', 'runs', 'http payments, delivered', 'tpcb', 0, 0),
  ratio('P4', 'one merchant ÷ 100 merchants', 'off', 'payments', 'payments, 100 merchants', 0.7, 0.95),
  ratio('P5', 'one account ÷ 20,000 accounts', 'off', 'payments, one account', 'payments', 0.5, 0.9),
  ratio('P6', 'half of the requests replays ÷ none', 'off', 'payments, half replays', 'payments', 0.8, 1.2),
  ratio('P8', 'webhooks delivered ÷ bare undici loop', 'runs', 'deliveries', 'bare loop', 0.2, 0.4),
  latency('P9', 'commit to first attempt, at half of the peak', 'first attempt', 1000, { p50: 20, p99: 200 }),
  latency('P10', 'one payment on an idle server, over HTTP', 'idle payment', 15, { p50: 2 }),
  latency('P11', 'a presentment page on an idle server', 'page', 30, { p99: 10 }),
  { id: 'P12', what: '`verify`', dispatcher: '–', kind: 'verify', floor_s: 30, goal_s: 10 },
  ratio(
    'P13',
    'payments on a database with history ÷ on an empty one',
    'off',
    'payments, history',
    'payments, empty',
    0.7,
    0.9,
  ),
  ratio('P14', '`POST /billing/accounts`, 64 connections ÷ TPC-B-like', '–', 'http accounts', 'tpcb', 0.7, 1.2),
]

function ratio(
  id: string,
  what: string,
  dispatcher: Row['dispatcher'],
  over: ContenderName,
  under: ContenderName,
  floor: number,
  goal: number,
): Row {
  return { id, what, dispatcher, kind: 'ratio', over, under, floor, goal }
}

function latency(
  id: string,
  what: string,
  of: ContenderName,
  floor_p99_ms: number,
  goal: { p50?: number; p99?: number },
): Row {
  return { id, what, dispatcher: 'runs', kind: 'latency', of, floor_p99_ms, goal }
}

/** Those that ask an idle server: they are measured before the others have left anything to clean up. */
export const quietContenders: ReadonlySet<ContenderName> = new Set(['idle payment', 'page'])

/** What has to be measured for some rows, in the order of a round. */
export function contendersOf(chosen: readonly Row[]): ContenderName[] {
  const names = chosen.flatMap((row): ContenderName[] => {
    if (row.kind === 'ratio') return [row.under, row.over]
    // Half of the peak is known from the slice before it.
    return row.kind === 'latency' ? (row.of === 'first attempt' ? ['payments, delivered', row.of] : [row.of]) : []
  })
  return [...new Set(names)]
}
