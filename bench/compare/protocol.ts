import type { Address } from '../postgres.ts'

/*
 * What `npm run bench:compare` says to a side, which is a process that runs the code of one revision. Only these messages connect
 * two revisions, so their form has to stay: {open} is answered when the side is ready, {run} with a result. They travel in the
 * envelope of bench/http/child.ts, {id, question} and {id, answer} or {id, failure}.
 */

/** What can be compared, with the row of the table of docs/performance.md that measures the same. */
export const kinds = {
  payments: ['P1', 'P2'],
  one_account: ['P2'],
  http_payments: ['P3'],
  http_accounts: ['P14'],
} as const

export type Kind = keyof typeof kinds

/** The first message: make the database that `address` names, as the role that may create it, and prepare these kinds. */
export type Open = { open: { address: Address; kinds: Kind[] } }

/** Each later message: run one slice. */
export type Run = { run: { kind: Kind; seconds: number } }

/** The result of a slice: the operations that ended in its timed part, and the length of that part. */
export type Result = { done: number; seconds: number; errors: number; error?: string | undefined }

/** The answer to the first message, then those to the others. */
export type Answer = { ready: true } | Result
