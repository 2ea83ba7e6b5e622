import { z } from 'zod'
import { createdQuery, pageQuery } from '../../api/pagination.ts'
import { disputeStatus } from '../../shapes/dispute.ts'
import { idOrReference, sentId } from '../../shapes/primitives.ts'

export const listDisputes = z.strictObject({
  ...pageQuery,
  payment: sentId('payment').optional(),
  customer: idOrReference.optional().describe('Id or external reference'),
  status: disputeStatus.optional(),
  ...createdQuery,
})
export type ListDisputes = z.output<typeof listDisputes>
