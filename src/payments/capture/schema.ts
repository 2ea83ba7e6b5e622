import { z } from 'zod'
import { amount, metadata, sentId } from '../../shapes/primitives.ts'

export const captureParams = z.object({ payment: sentId('payment') })

export const createCaptureBody = z
  .strictObject({
    amount: amount.optional().describe('Defaults to all that is neither captured nor voided'),
    metadata: metadata.optional().describe('Told by payment.captured'),
  })
  .meta({ id: 'CreateCapture' })

export const createVoidBody = z
  .strictObject({ metadata: metadata.optional().describe('Told by payment.voided') })
  .meta({ id: 'CreateVoid' })

export type CreateCapture = z.output<typeof createCaptureBody>
export type CreateVoid = z.output<typeof createVoidBody>
