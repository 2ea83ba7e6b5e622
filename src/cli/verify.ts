import { formatResult, verifyBooks } from '../ledger/verify/verify.ts'
import { readArguments } from './usage.ts'
import { withDatabase } from './with-database.ts'

/** Where the invariants are explained. */
const invariantsPage = 'docs/reference/invariants.md'

/** `tallystick verify`: prints each invariant with its count; the exit code is 1 when one does not hold. */
export async function verifyCommand(args: string[]): Promise<void> {
  readArguments('verify', args, {})
  await withDatabase(async (pool, where) => {
    process.stdout.write(`Looking at ${where}.\n`)
    const results = await verifyBooks(pool)
    const broken = results.filter(({ violations }) => violations > 0n)
    process.stdout.write(`${results.map(formatResult).join('\n')}\n`)
    if (broken.length === 0) process.stdout.write('The books are right.\n')
    else {
      process.stdout.write(`The books are NOT right: see above.\nWhat each invariant means: ${invariantsPage}\n`)
      process.exitCode = 1
    }
  })
}
