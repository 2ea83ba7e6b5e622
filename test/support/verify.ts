import { formatResult, verifyBooks } from '../../src/ledger/verify/verify.ts'
import type { TestDatabase } from './database.ts'

/** Fails with the lines of `tallystick verify` that do not hold. Every test file ends with it, when its database is dropped. */
export async function expectCleanBooks({ pool }: Pick<TestDatabase, 'pool'>): Promise<void> {
  const broken = (await verifyBooks(pool)).filter(({ violations }) => violations > 0n)
  if (broken.length > 0) throw new Error(`The books are not right.\n${broken.map(formatResult).join('\n')}`)
}
