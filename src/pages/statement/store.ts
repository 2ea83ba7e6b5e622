import type { AgeingRow, Span, WholeMovementRow } from '../../billing/history/store.ts'
import { spanValues, wholeStatementSql } from '../../billing/history/store.ts'
import { bucketOf } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { PageSubject } from '../subject.ts'

/** What there is in one currency in all of the days; `count` is of the movements in all currencies. */
type Sums = AgeingRow & { currency: string; opening: bigint; added: bigint; taken_off: bigint; count: bigint }

/** A movement, with the balance of all together after it, and which it is of its currency, from 1. */
export type ShownMovement = Sums &
  Pick<WholeMovementRow, 'id' | 'owner_id' | 'owner_kind' | 'external_reference' | 'kind' | 'amount'> &
  Pick<WholeMovementRow, 'effective_at' | 'label' | 'reference'> & {
    account_name: string | null
    balance: bigint
    number: bigint
  }

export type ShownRow = ShownMovement | (Sums & { id: null })

const pageSql = loadSql(import.meta.url, './sql/statement-page.sql')
const statementPageSql = {
  name: 'find-statement-page',
  text: `with statement as (${wholeStatementSql.text}) ${pageSql.text}`,
}

/** Some movements of the statement of a customer or an account, behind the first `after` of them, in the order of currencies. */
export async function readStatementPage(
  pool: Queryable,
  { environment, id }: PageSubject,
  span: Span,
  { after, limit }: { after: number; limit: number },
): Promise<ShownRow[]> {
  const values = [environment.id, id, bucketOf(id), ...spanValues(span, null), after, limit]
  return (await pool.query<ShownRow>({ ...statementPageSql, values })).rows
}
