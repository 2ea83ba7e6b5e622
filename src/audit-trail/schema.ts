import { z } from 'zod'
import { pageOf, pageQuery } from '../api/pagination.ts'
import { auditActions, auditedKinds } from '../audit/record.ts'
import { allSourceKinds } from '../billing/history/kinds.ts'
import type { NewTransaction } from '../ledger/journal-rows.ts'
import { shownActor } from '../shapes/actor.ts'
import { expecting } from '../shapes/expected.ts'
import { instant, shownInstant } from '../shapes/primitives.ts'

type MoneyAction = NewTransaction['kind']

const moneyActions = Object.keys(allSourceKinds) as MoneyAction[]

export const auditQuery = z.strictObject({
  ...pageQuery,
  actor: expecting(z.string(), 'the id of a key, or a command, job or page, such as command:keys roll')
    .min(1)
    .max(150)
    .optional()
    .describe('Who caused it: the id of a key, or `command:…`, `job:…` or `page:…` with the name'),
  object: expecting(z.string(), 'the id of an object')
    .min(1)
    .max(50)
    .optional()
    .describe('The id of what was changed. Its money is in its entries, which name the actor, too'),
  from: instant.optional().describe('At this instant or later'),
  to: instant.optional().describe('At this instant or earlier'),
})
export type AuditQuery = z.output<typeof auditQuery>

const auditedValues = z
  .record(z.string().max(40), z.unknown())
  .describe(
    'Fields as the API names them. A personal value is `{ fingerprint }`, which is the same for the same value of this field of this object; one of more than 1,000 characters is `{ characters }`',
  )

export const auditEntry = z
  .object({
    id: z.string().max(50).describe('That of the ledger transaction, where money moved'),
    at: shownInstant,
    actor: shownActor.optional().describe('Who caused it; absent of money from before it was kept'),
    action: z
      .enum([...auditActions, ...moneyActions])
      .describe('What was done; where money moved, the kind of the ledger transaction'),
    object_kind: z.enum([...new Set([...auditedKinds, ...Object.values(allSourceKinds)])]),
    object: z
      .string()
      .max(50)
      .optional()
      .describe('The id of what was changed, or the name of a processor; settings have none'),
    request_id: z.string().max(64).optional().describe('The request that caused it'),
    address: z
      .string()
      .max(45)
      .optional()
      .describe(
        'The IP address of the client that sent the request; absent of money, of what was merely created, and of payers',
      ),
    before: auditedValues
      .optional()
      .describe(
        'The fields that the change left otherwise, as they were; null where there was nothing. Kept for a year',
      ),
    after: auditedValues.optional().describe('The same fields, as the change left them'),
  })
  .meta({ id: 'AuditEntry' })
export const auditPage = pageOf(auditEntry)
