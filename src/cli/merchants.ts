import { parseArgs } from 'node:util'
import { createKey, createMerchant } from '../merchant/merchant.ts'
import { UsageError } from './explain.ts'
import { withDatabase } from './with-database.ts'

/** `tallystick merchants create`: prints a test and a live key, once. */
export async function merchants(args: string[]): Promise<void> {
  const [verb, ...rest] = args
  const { values } = parseArgs({ args: rest, options: { name: { type: 'string' }, slug: { type: 'string' } } })
  const { name, slug } = values
  if (verb !== 'create' || !name || !slug)
    throw new UsageError('Usage: tallystick merchants create --name NAME --slug SLUG')
  await withDatabase(async (pool) => {
    const keys = await createMerchant(pool, { name, slug }, new Date())
    process.stdout.write(`These keys are shown only once.\ntest: ${keys.test}\nlive: ${keys.live}\n`)
  })
}

/** `tallystick keys create`: prints one more key, once. */
export async function keys(args: string[]): Promise<void> {
  const [verb, ...rest] = args
  const { values } = parseArgs({
    args: rest,
    options: { mode: { type: 'string' }, merchant: { type: 'string', default: 'default' } },
  })
  const { mode, merchant } = values
  if (verb !== 'create' || (mode !== 'test' && mode !== 'live')) {
    throw new UsageError('Usage: tallystick keys create --mode test|live [--merchant SLUG]')
  }
  await withDatabase(async (pool) => {
    process.stdout.write(`This key is shown only once: ${await createKey(pool, merchant, mode, new Date())}\n`)
  })
}
