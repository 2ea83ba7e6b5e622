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
  })
  .meta({ id: 'AuditEntry' })
export const auditPage = pageOf(auditEntry)
