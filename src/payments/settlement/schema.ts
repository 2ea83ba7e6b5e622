import { z } from 'zod'
import { pageQuery } from '../../api/pagination.ts'
import { lineKinds, settlementStatuses } from '../../ledger/settlements/told.ts'
import { expecting } from '../../shapes/expected.ts'
import { date, shownCurrency, shownId, shownInstant } from '../../shapes/primitives.ts'
import { processorNames } from '../processor/kinds.ts'

const name = expecting(z.enum(processorNames), `the name of a processor: ${processorNames.join(', ')}`)
const signed = z.int().describe('Signed minor units')

export const settlement = z
  .object({
    id: shownId('settlement'),
    processor: z.string().max(40),
    reference: z.string().max(255).describe("The processor's own id of it"),
    status: z
      .enum(settlementStatuses)
      .describe('`failed`: the money did not reach the bank, or came back, and is owed by the processor again'),
    currency: shownCurrency,
    amount: signed.describe('What goes to the bank; below zero where the processor takes it from there'),
    gross: signed.describe('The sum of the lines before fees, as far as they are read'),
    fee: signed.describe('The fees of the lines, as far as they are read'),
    line_count: z.int().min(0),
    lines_complete: z.boolean().describe('Whether all lines are read. Of some settlements a processor tells none'),
    unexplained_amount: signed
      .optional()
      .describe('What the lines do not come to, once all are read; anything but 0 is a question to the processor'),
    arrives_at: shownInstant.describe('When it arrived, or is due'),
    made_at: shownInstant.describe('When the processor made it'),
    mode: z.enum(['test', 'live']),
    created_at: shownInstant,
    updated_at: shownInstant,
  })
  .meta({ id: 'Settlement' })

export const settlementLine = z
  .object({
    id: shownId('settlement_line'),
    reference: z.string().max(255).describe("The processor's own id of the amount"),
    kind: z.enum(lineKinds),
    status: z
      .enum(['matched', 'unmatched'])
      .describe('`unmatched`: your books here know nothing of it, such as a charge of another system'),
    currency: shownCurrency,
    gross: signed.describe('Below zero is taken from you'),
    fee: signed.describe('What the processor keeps'),
    net: signed.describe('What of it goes to the bank: `gross` less `fee`'),
    payment_id: shownId('payment').optional(),
    refund_id: shownId('refund').optional(),
    occurred_at: shownInstant,
    created_at: shownInstant,
  })
  .meta({ id: 'SettlementLine' })

export const listSettlements = z.strictObject({
  ...pageQuery,
  processor: name.optional(),
  status: z.enum(settlementStatuses).optional(),
  from: date.optional().describe("That arrive on this day or later, in the environment's time zone"),
  to: date.optional().describe("That arrive on this day or earlier, in the environment's time zone"),
})
export type ListSettlements = z.output<typeof listSettlements>

export const listLines = z.strictObject({
  ...pageQuery,
  status: z.enum(['matched', 'unmatched']).optional(),
})
export type ListLines = z.output<typeof listLines>

export const settledNow = z.object({ data: z.array(settlement).max(200) }).meta({ id: 'TestSettlements' })

export const balancesQuery = z.strictObject({
  as_of: date.optional().describe("The end of this day in the environment's time zone; defaults to today"),
})

const part = z.int().describe('Minor units')

export const processorBalances = z
  .object({
    as_of: date,
    time_zone: z.string().max(64),
    data: z
      .array(
        z
          .object({
            processor: z.string().max(40),
            currency: shownCurrency,
            charged: part.describe('What payers paid'),
            refunded: part.describe('What the processor sent back'),
            taken_back: part.describe('What banks took back'),
            fees: part.describe('What the processor kept, as far as it has told'),
            unmatched: part.describe('What came through the processor that your books here know nothing of, signed'),
            settled: part.describe('What went to the bank'),
            owed: part.describe(
              'What the processor still has of yours: charged − refunded − taken_back − fees + unmatched − settled',
            ),
          })
          .meta({ id: 'ProcessorBalance' }),
      )
      .max(1_000),
  })
  .meta({ id: 'ProcessorBalances' })
