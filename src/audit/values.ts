import { canonicalJson } from '../core/canonical-json.ts'
import type { Id } from '../core/id/id.ts'
import type { Vault } from '../core/secret.ts'

/** Fields of an object as the audit trail shows them: named and written as in the API, and never a secret. */
export type AuditedValues = Readonly<Record<string, unknown>>

/** What a change left otherwise. Without `before` something was made, without `after` it is gone. */
export type Difference = { before?: AuditedValues; after?: AuditedValues }

// Enough for an address and for what people write about something. What is longer is told by its length.
const shownMax = 1_000

/** The fields of which two states of an object differ. One that is absent is null there. */
export function differenceOf(before: AuditedValues, after: AuditedValues): Difference {
  const names = Object.keys({ ...before, ...after })
  const differing = names.filter((name) => canonicalJson(before[name] ?? null) !== canonicalJson(after[name] ?? null))
  if (differing.length === 0) return {}
  return { before: pick(before, differing), after: pick(after, differing) }
}

/** What something is made with. */
export function madeWith(after: AuditedValues): Difference {
  return { after: pick(after, filled(after)) }
}

/** What something was before it was deleted. */
export function goneWith(before: AuditedValues): Difference {
  return { before: pick(before, filled(before)) }
}

/**
 * Values that belong to a person: of each a fingerprint by a key of the server, which tells one from another, and the same one when it comes
 * back, and nothing else. It is of one field of one object, so it cannot be looked for elsewhere.
 */
export function fingerprinted(vault: Pick<Vault, 'token'>, object: Id, values: AuditedValues): AuditedValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (value === null || value === undefined) return [name, null]
      return [name, { fingerprint: vault.token('audit', object, name, canonicalJson(value)) }]
    }),
  )
}

function pick(values: AuditedValues, names: readonly string[]): AuditedValues {
  return Object.fromEntries(names.map((name) => [name, bounded(values[name] ?? null)]))
}

function filled(values: AuditedValues): string[] {
  return Object.keys(values).filter((name) => (values[name] ?? null) !== null)
}

function bounded(value: unknown): unknown {
  const { length } = JSON.stringify(value)
  return length > shownMax ? { characters: length } : value
}
