import { z } from 'zod'
import { shownActor } from '../shapes/actor.ts'
import {
  balanceSum,
  date,
  externalReference,
  instant,
  shownCurrency,
  shownId,
  shownInstant,
} from '../shapes/primitives.ts'

// A report has no pages, and nothing limits how much a merchant has.
const rowsMax = 10_000_000

const span = {
  from: date.describe('The first day, in the time zone of the environment'),
  to: date.describe('The last day: at most 366 days in all'),
}
const inOrder = ({ from, to }: { from: string; to: string }) => from <= to
const notInOrder = { path: ['to'], error: 'should be the date of `from` or a later one, such as 2026-03-31' }

const spanned = { from: date, to: date, time_zone: z.string().max(64) }
const amount = z.int().describe('Minor units')

export const receiptsQuery = z
  .strictObject({ ...span, by: z.enum(['day', 'channel', 'account']) })
  .refine(inOrder, notInOrder)

export const receiptsReport = z
  .object({
    ...spanned,
    by: z.enum(['day', 'channel', 'account']),
    data: z
      .array(
        z
          .object({
            day: date.optional().describe('By day: when the money was received, in the time zone of the environment'),
            channel: z.string().max(40).optional().describe('By channel: that of a recorded payment, or the processor'),
            account_id: shownId('account')
              .optional()
              .describe(
                'By account: what the money was applied to when it arrived; absent for what was for no account',
              ),
            external_reference: externalReference.optional().describe('That of the account'),
            currency: shownCurrency,
            count: z.int().min(1).describe('How many payments'),
            amount,
          })
          .meta({ id: 'ReceiptsRow' }),
      )
      .max(rowsMax),
  })
  .meta({ id: 'ReceiptsReport' })

const asOf = date.optional().describe("The end of this day in the environment's time zone; defaults to today")
const dated = { as_of: date, known_at: shownInstant, time_zone: z.string().max(64) }

export const ageingQuery = z.strictObject({ as_of: asOf })

export const ageingReport = z
  .object({
    ...dated,
    data: z
      .array(
        z
          .object({
            customer_id: shownId('customer'),
            external_reference: externalReference.describe('That of the customer'),
            currency: shownCurrency,
            current: balanceSum.describe('Not due, without a due date, or a running balance; credit is negative'),
            days_1_30: balanceSum,
            days_31_60: balanceSum,
            days_61_90: balanceSum,
            over_90: balanceSum,
            total: balanceSum,
          })
          .meta({ id: 'AgeingRow' }),
      )
      .max(rowsMax),
  })
  .meta({ id: 'AgeingReport' })

export const trialBalanceQuery = z.strictObject({
  as_of: asOf,
  known_at: instant.optional().describe('Of what had been recorded by then; defaults to now'),
})

const ledgerAccount = z.string().max(60).describe('An account of the ledger: the guide to reports says what each holds')

export const trialBalanceReport = z
  .object({
    ...dated,
    data: z
      .array(
        z
          .object({
            account: ledgerAccount,
            currency: shownCurrency,
            balance: z.int().describe('Minor units: above zero is a debit. All of a currency sum to zero'),
          })
          .meta({ id: 'TrialBalanceRow' }),
      )
      .max(rowsMax),
  })
  .meta({ id: 'TrialBalance' })

export const journalQuery = z.strictObject(span).refine(inOrder, notInOrder)

export const journalReport = z
  .object({
    ...spanned,
    data: z
      .array(
        z
          .object({
            entry: shownId('entry'),
            transaction: shownId('transaction').describe('The entries of one sum to zero in each currency'),
            kind: z.string().max(40).describe('Of the transaction'),
            account: ledgerAccount,
            owner: z.string().max(50).optional().describe('The customer, account or bill whose balance it is'),
            currency: shownCurrency,
            amount: z.int().describe('Minor units: above zero is a debit'),
            effective_at: shownInstant.describe('When it counts from'),
            recorded_at: shownInstant.describe('When it was written: what says in which day it is'),
            reason: z.string().max(255).optional(),
            label: z.string().max(100).optional(),
            reference: z.string().max(255).optional(),
            source: z.string().max(50).describe('What caused it'),
            request_id: z.string().max(64).optional(),
            actor: shownActor.optional(),
          })
          .meta({ id: 'JournalRow' }),
      )
      .max(rowsMax),
  })
  .meta({ id: 'Journal' })
