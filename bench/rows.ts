/** The names of the workloads. */
export type WorkloadName =
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
  | 'http batches'
  | 'deliveries'
  | 'bare loop'
  | 'first attempt'
  | 'idle payment'
  | 'page'
  | 'payments, empty'
  | 'payments, history'

/** A row of the table: what it compares, its floor and its goal. */
export type Row = {
  id: string
  what: string
  dispatcher: 'off' | 'runs' | '–'
} & (
  | { kind: 'ratio'; over: WorkloadName; under: WorkloadName; floor: number; goal: number }
  | { kind: 'latency'; of: WorkloadName; floor_p99_ms: number; goal: { p50?: number; p99?: number } }
  | { kind: 'verify'; run: 'whole' | 'incremental'; floor_s: number; goal_s: number }
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
  { id: 'P12', what: '`verify`', dispatcher: '–', kind: 'verify', run: 'whole', floor_s: 30, goal_s: 20 },
  {
    id: 'P12',
    what: '`verify --incremental` behind those,',
    dispatcher: '–',
    kind: 'verify',
    run: 'incremental',
    floor_s: 1,
    goal_s: 1,
  },
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
  ratio('P15', '`POST /billing/payments/batch`, 1,000 rows each ÷ P1', 'off', 'http batches', 'payments', 0.7, 1),
]

function ratio(
  id: string,
  what: string,
  dispatcher: Row['dispatcher'],
  over: WorkloadName,
  under: WorkloadName,
  floor: number,
  goal: number,
): Row {
  return { id, what, dispatcher, kind: 'ratio', over, under, floor, goal }
}

function latency(
  id: string,
  what: string,
  of: WorkloadName,
  floor_p99_ms: number,
  goal: { p50?: number; p99?: number },
): Row {
  return { id, what, dispatcher: 'runs', kind: 'latency', of, floor_p99_ms, goal }
}

/** The workloads on an idle server. They are measured first, before the others have caused background work. */
export const quietWorkloads: ReadonlySet<WorkloadName> = new Set(['idle payment', 'page'])

/** The workloads that some rows need, in the order of a round. */
export function workloadsOf(chosen: readonly Row[]): WorkloadName[] {
  const names = chosen.flatMap((row): WorkloadName[] => {
    if (row.kind === 'ratio') return [row.under, row.over]
    // It runs at half of the peak, which the slice before it measures.
    return row.kind === 'latency' ? (row.of === 'first attempt' ? ['payments, delivered', row.of] : [row.of]) : []
  })
  return [...new Set(names)]
}
