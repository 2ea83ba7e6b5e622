import { absentProblem } from '../../core/absent.ts'
import { bucketOfValue } from '../../core/bucket.ts'
import { formatId, type Id, parseId } from '../../core/id/id.ts'
import type { Connection } from '../../database/pool.ts'
import { claimExternalReference, externalReferenceTaken } from '../object/external-references.ts'
import { type BillRow, findById } from '../object/rows.ts'

const place = { pointer: '/reissue_of' }

/** The id of the bill that is to be reissued. Throws `not_found` for what is no id. */
export function readReissued(shown: string): Id {
  const id = parseId('bill', shown)
  if (id === undefined) throw absentProblem('bill', shown, place)
  return id
}

/**
 * Claims the reference of a new bill. One that reissues a voided bill of the same customer takes over the reference of that, which is
 * found by its id alone from then on. Throws `external_reference_taken`, and `not_found` for the one to be reissued.
 */
export async function claimBillReference(connection: Connection, row: BillRow): Promise<void> {
  const { environment_id, external_reference: reference, id, reissue_of } = row
  if (reissue_of === null) return claimExternalReference(connection, environment_id, 'bill', reference, id, '')
  const voided = await findById(connection, environment_id, 'bill', reissue_of, { lock: 'share' })
  if (!voided) throw absentProblem('bill', formatId('bill', reissue_of), place)
  const isSame = voided.external_reference === reference && voided.customer_id === row.customer_id
  const taken = isSame && voided.status === 'voided' && (await takeOver(connection, row, reissue_of))
  if (!taken) throw externalReferenceTaken({ environment_id, kind: 'bill', reference, entity_id: id }, '')
}

/** Returns false when another bill has reissued it already. */
async function takeOver(
  connection: Connection,
  { environment_id, external_reference, id }: BillRow,
  voided: Id,
): Promise<boolean> {
  const { rowCount } = await connection.query({
    name: 'take-over-external-reference',
    text: `update external_reference set entity_id = $5
      where environment_id = $1 and kind = 'bill' and reference = $2 and bucket = $3 and entity_id = $4`,
    values: [environment_id, external_reference, bucketOfValue(external_reference), voided, id],
  })
  return rowCount === 1
}
