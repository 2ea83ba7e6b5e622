import type { Clock } from '../../../core/clock.ts'
import { decode, encode } from '../../../core/id/base62.ts'
import type { Id } from '../../../core/id/id.ts'
import type { Queryable } from '../../../database/pool.ts'
import { loadSql } from '../../../database/sql.ts'
import type { ToldLine, ToldPage, ToldSettlement } from '../../../ledger/settlements/told.ts'
import { ProcessorFault } from '../fault.ts'
import type { SettlementSource } from '../processor.ts'

const listSettlementsSql = loadSql(import.meta.url, './sql/list-simulator-settlements.sql')
const listLinesSql = loadSql(import.meta.url, './sql/list-simulator-lines.sql')

const pageMax = 100
const dayMs = 86_400_000
// By then nothing can happen any more that belongs to the day before.
const lagMs = 60_000
const noId = '00000000-0000-0000-0000-000000000000'

type SettlementKey = { currency: string; made_at: Date }
type Row = SettlementKey & { amount: bigint; is_cut_off: boolean }
type LineRow = { id: Id; charge_id: Id; kind: 'charge' | 'refund'; gross: bigint; fee: bigint; occurred_at: Date }

const referenceOf = ({ currency, made_at }: SettlementKey) => `sim_po_${currency}_${made_at.getTime()}`

function readReference(reference: string): SettlementKey {
  const [, currency, ms] = /^sim_po_([A-Z]{3})_(\d{1,15})$/.exec(reference) ?? []
  if (currency === undefined) throw new ProcessorFault('refused', 'the simulator has no such settlement')
  return { currency, made_at: new Date(Number.parseInt(ms ?? '', 10)) }
}

/**
 * The settlements of the simulator. At midnight, by the clock alone, it settles what it took and sent back since the one before, by
 * currency, which arrives a day later. It keeps 2.9 % of each charge, rounded half up, and returns nothing of that with a refund.
 * A cut-off settles at once.
 */
export function simulatorSettlements(pool: Queryable, environmentId: number, clock: Clock): SettlementSource {
  return {
    async list(from, to, after) {
      const now = clock.now()
      const settled = new Date(now.getTime() - lagMs)
      const begin = after === undefined ? { currency: '', made_at: from } : readReference(after)
      const { rows } = await pool.query<Row>({
        ...listSettlementsSql,
        values: [environmentId, begin.made_at, to, begin.currency, settled, pageMax + 1],
      })
      return pageOfRows(rows, (row) => told(row, now), referenceOf)
    },
    async lines(reference, after) {
      const { currency, made_at } = readReference(reference)
      const { rows } = await pool.query<LineRow>({
        ...listLinesSql,
        values: [environmentId, made_at, currency, (after && decode(after)) ?? noId, pageMax + 1],
      })
      return pageOfRows(
        rows,
        (row) => toldLine(row, currency),
        ({ id }) => encode(id),
      )
    },
  }
}

/** Settles what the simulator has taken until now. */
export async function cutOffSimulator(database: Queryable, environmentId: number, now: Date): Promise<void> {
  await database.query({
    name: 'cut-off-simulator',
    text: 'insert into simulator_cut_off (environment_id, cut_at) values ($1, $2) on conflict do nothing',
    values: [environmentId, now],
  })
}

function told({ currency, made_at, amount, is_cut_off }: Row, now: Date): ToldSettlement {
  const arrives_at = is_cut_off ? made_at : new Date(made_at.getTime() + dayMs)
  const status = arrives_at <= now ? 'paid' : 'pending'
  return {
    reference: referenceOf({ currency, made_at }),
    status,
    currency,
    amount,
    made_at,
    arrives_at,
    lines: 'ready',
  }
}

function toldLine({ id, charge_id, kind, gross, fee, occurred_at }: LineRow, currency: string): ToldLine {
  const refund_reference = kind === 'refund' ? `sim_re_${encode(id)}` : undefined
  return {
    reference: `sim_txn_${encode(id)}`,
    kind,
    currency,
    gross,
    fee,
    occurred_at,
    charge_reference: `sim_${encode(charge_id)}`,
    refund_reference,
  }
}

function pageOfRows<Row, Item>(
  rows: Row[],
  render: (row: Row) => Item,
  cursorOf: (row: Row) => string,
): ToldPage<Item> {
  const shown = rows.slice(0, pageMax)
  const last = shown.at(-1)
  return { items: shown.map(render), next: rows.length > pageMax && last !== undefined ? cursorOf(last) : undefined }
}
