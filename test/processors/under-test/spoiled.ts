import { randomUUID } from 'node:crypto'
import { processorUnderTest as acmePay } from '../../../examples/acme-pay/under-test.ts'
import type {
  AdapterSetting,
  CheckedProcessor,
  ProcessorUnderTest,
} from '../../../src/payments/processor/check/subject.ts'

/** An adapter, the example unless it says, with one thing wrong, and the cases that find it. */
export type Broken = {
  what: string
  found_by: string[]
  spoil(good: CheckedProcessor, setting: AdapterSetting): Partial<CheckedProcessor>
  /** What is wrong with its kind. */
  kind?: Partial<ProcessorUnderTest['kind']>
  /** Another adapter than the example, for what the example cannot do. */
  of?: ProcessorUnderTest
}

/** An adapter of the kit that opens as it is told. */
export function spoiled({ spoil, kind = {}, of = acmePay }: Pick<Broken, 'spoil' | 'kind' | 'of'>): ProcessorUnderTest {
  return {
    ...of,
    kind: { ...of.kind, ...kind },
    open: async (setting) => {
      const good = await of.open(setting)
      return { ...good, ...spoil(good, setting) }
    },
  }
}

/** What the maker itself says of a charge. */
export async function saidOf({ fetch, base_url, secrets }: AdapterSetting, reference: string) {
  const headers = { authorization: `Bearer ${secrets.secret_key}` }
  const response = await fetch(`${base_url}/charges/${reference}`, { headers })
  return (await response.json()) as { state: string; page: string; amount: string; currency: string }
}

const notIdempotent = {
  ...acmePay.kind.terms,
  capabilities: { ...acmePay.kind.terms.capabilities, open_is_idempotent: false },
}

type Held = (payment_id: string) => Promise<{ reference: string; url: string } | undefined>

/** The example as if its maker knew no keys. `spoil` gets a look into the books of the maker besides. */
export function withoutKeys(
  spoil: (good: CheckedProcessor, held: Held) => Partial<CheckedProcessor>,
): ProcessorUnderTest {
  let charges: Awaited<ReturnType<ProcessorUnderTest['start']>>['charges'] | undefined
  const subject = spoiled({
    spoil(good, setting) {
      const held: Held = async (payment_id) => {
        // Asks its maker something, so that what happens on the line happens to it.
        await good.verifyKey?.()
        const [first] = (await charges?.(payment_id)) ?? []
        return first && { reference: first.reference, url: (await saidOf(setting, first.reference)).page }
      }
      return { ...notIdempotent, open: (charge) => good.open(charge, randomUUID()), ...spoil(good, held) }
    },
    kind: { terms: notIdempotent },
  })
  return {
    ...subject,
    async start(base_url) {
      const stage = await acmePay.start(base_url)
      charges = stage.charges
      return stage
    },
  }
}
