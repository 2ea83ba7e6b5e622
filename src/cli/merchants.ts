import { createMerchant } from '../merchant/merchant.ts'
import { readArguments, readVerb, UsageError } from './usage.ts'
import { withDatabase } from './with-database.ts'

/** `tallystick merchants create`: prints a test and a live key, once. */
export async function merchants(args: string[]): Promise<void> {
  await readVerb('merchants', { create }, args)
}

async function create(args: string[]): Promise<void> {
  const { values } = readArguments('merchants create', args, { name: { type: 'string' }, slug: { type: 'string' } })
  const { name, slug } = values
  if (name === undefined || slug === undefined) {
    throw new UsageError('Usage: tallystick merchants create --name NAME --slug SLUG')
  }
  await withDatabase(async (pool) => {
    const keys = await createMerchant(pool, { name, slug }, new Date())
    process.stdout.write(`These keys are shown only once.\ntest: ${keys.test}\nlive: ${keys.live}\n`)
  })
}
