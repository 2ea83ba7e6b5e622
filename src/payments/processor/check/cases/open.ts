import type { Id } from '../../../../core/id/id.ts'
import type { NewCharge, OpenedCharge } from '../../processor.ts'
import type { Case } from '../case.ts'
import type { HeldCharge } from '../subject.ts'
import {
  during,
  expectThat,
  failures,
  faultOf,
  newCharge,
  openByKey,
  opened,
  type Trial,
  unreadable,
} from '../trial.ts'

/** The one charge that the maker holds for a payment. Throws `Unmet` when there are several or none. */
export async function oneCharge({ stage }: Trial, payment_id: Id, when: string): Promise<HeldCharge> {
  const held = await stage.charges(payment_id)
  expectThat(held.length === 1, `one charge at the maker ${when}`, `${held.length} charges`)
  return held[0] as HeldCharge
}

/** Asks again as the program does, when it does not know what has become of a charge. */
async function again({ processor }: Trial, charge: NewCharge): Promise<OpenedCharge> {
  const found = processor.capabilities.open_is_idempotent ? undefined : await processor.find?.(charge.payment_id)
  return found ?? openByKey(processor, charge)
}

/** Opens a charge whose answer is lost. */
async function opensUnheard(trial: Trial): Promise<{ charge: NewCharge; held: HeldCharge }> {
  const charge = newCharge(trial)
  const lost = { kind: 'lost', when: async () => (await trial.stage.charges(charge.payment_id)).length > 0 } as const
  const why = 'when the answer is lost'
  await during(trial.line, lost, () => faultOf(openByKey(trial.processor, charge), ['unknown'], why))
  return { charge, held: await oneCharge(trial, charge.payment_id, 'after an answer was lost') }
}

/** Opening a charge: once, at a page of the maker's, and never twice. */
export const openCases: readonly Case[] = [
  {
    id: 'open.page',
    title: 'its page is at one of its own origins, over https',
    async run(trial) {
      const { url } = await opened(trial)
      const { page_origins } = trial.processor
      // A processor without origins of its own has its pages at our address, as the simulator does.
      const origin = URL.canParse(url) ? new URL(url).origin : url
      const ours = page_origins.length === 0 && trial.stage.maker_url === undefined
      const its = page_origins.join(', ') || 'none of its origins, for it names none'
      expectThat(ours || page_origins.includes(origin), `a page at ${its}`, origin)
      const open = page_origins.filter((one) => !one.startsWith('https://') && one !== trial.line.base_url)
      expectThat(open.length === 0, 'origins that begin with https:// (or the base_url of this check)', open)
      expectThat(
        page_origins.every((one) => URL.canParse(one) && new URL(one).origin === one),
        'origins without a path',
        page_origins,
      )
    },
  },
  {
    id: 'open.reference',
    title: 'a reference prints, has at most 255 characters, and is of one charge',
    async run(trial) {
      const [one, other] = [await opened(trial), await opened(trial)]
      expectThat(/^[\x21-\x7e]{1,255}$/.test(one.reference), '1 to 255 printing ASCII characters', one.reference)
      expectThat(one.reference !== other.reference, 'another reference for another payment', one.reference)
      const held = await oneCharge(trial, one.payment_id, 'for the payment')
      expectThat(
        held.reference === one.reference,
        `the reference of the maker's charge, ${held.reference}`,
        one.reference,
      )
    },
  },
  {
    id: 'open.once',
    title: 'opened twice with one key it is one charge',
    needs: ['idempotent_open'],
    async run(trial) {
      const charge = newCharge(trial)
      const first = await openByKey(trial.processor, charge)
      const second = await openByKey(trial.processor, charge)
      await oneCharge(trial, charge.payment_id, 'after two calls with one key')
      const same = first.reference === second.reference && first.url === second.url
      expectThat(same, 'the same reference and page both times', [first, second])
    },
  },
  {
    id: 'open.another_process',
    title: 'opened again by another process it is one charge: the key follows from the payment alone',
    needs: ['idempotent_open'],
    async run(trial) {
      const charge = newCharge(trial)
      const first = await openByKey(trial.processor, charge)
      const second = await openByKey(await trial.reopen({}), charge)
      await oneCharge(trial, charge.payment_id, 'after two processes have asked')
      expectThat(first.reference === second.reference, 'the same reference from both', [first, second])
    },
  },
  {
    id: 'open.answer_lost',
    title: 'an answer that is lost leaves one charge whose page anybody has',
    needs: ['calls'],
    async run(trial) {
      const { charge, held } = await opensUnheard(trial)
      const found = await again(trial, charge)
      const { capabilities, find } = trial.processor
      if (!capabilities.open_is_idempotent && !find) {
        // The page of the first is known to nobody, so there may be another charge for the payer.
        const references = (await trial.stage.charges(charge.payment_id)).map(({ reference }) => reference)
        return expectThat(references.includes(found.reference), `one of the charges ${references.join(', ')}`, found)
      }
      await oneCharge(trial, charge.payment_id, 'after it was asked again')
      expectThat(found.reference === held.reference, `the charge ${held.reference} when asked again`, found)
    },
  },
  {
    id: 'open.paid_unheard',
    title: 'a charge that was paid although its answer was lost is the one that is found, and no other is opened',
    needs: ['calls', 'pays'],
    async run(trial) {
      const { charge, held } = await opensUnheard(trial)
      await trial.stage.play(held.reference, 'pays')
      const found = await again(trial, charge)
      expectThat(found.reference === held.reference, `the charge ${held.reference}, which is paid`, found)
      await oneCharge(trial, charge.payment_id, 'after it was asked again')
    },
  },
  {
    id: 'open.failing',
    title: 'nobody knows what was done when the connection breaks off, or the maker answers 5xx or 429',
    needs: ['calls'],
    async run(trial) {
      for (const { what, fault } of failures) {
        const charge = newCharge(trial)
        await during(trial.line, fault, () => faultOf(openByKey(trial.processor, charge), ['unknown'], `when ${what}`))
        await openByKey(trial.processor, charge)
        await oneCharge(trial, charge.payment_id, `after ${what}, and it was asked again`)
      }
    },
  },
  {
    id: 'open.unreadable',
    title: 'an answer that cannot be read opens nothing',
    needs: ['calls'],
    async run({ line, processor, ...trial }) {
      for (const { what, fault } of unreadable) {
        const charge = newCharge({ processor, ...trial })
        await during(line, fault, () => faultOf(openByKey(processor, charge), ['unknown', 'refused'], `when ${what}`))
      }
    },
  },
  {
    id: 'open.refused',
    title: 'a charge that the maker does not take is refused',
    needs: ['calls', 'refusal'],
    async run(trial) {
      const { status, body } = trial.stage.refusal ?? { status: 400, body: '' }
      await during(trial.line, { kind: 'answered', status, body }, () =>
        faultOf(openByKey(trial.processor, newCharge(trial)), ['refused'], `when the maker answers ${status}`),
      )
    },
  },
  {
    id: 'open.deadline',
    title: 'a maker that does not answer is given up at the deadline of the client',
    needs: ['calls'],
    run: (trial) => givenUp(trial, (processor) => openByKey(processor, newCharge(trial))),
  },
]

const deadlineMs = 300
const patienceMs = 3_000

/** Asks a maker that never answers. Throws `Unmet` when the adapter does not end it with its client. */
export async function givenUp(trial: Trial, ask: (processor: Trial['processor']) => Promise<unknown>): Promise<void> {
  const processor = await trial.reopen({ deadline_ms: deadlineMs })
  const waited = new Promise((resolve) => setTimeout(resolve, patienceMs, `nothing after ${patienceMs} ms`).unref())
  await during(trial.line, { kind: 'silent' }, () =>
    faultOf(Promise.race([ask(processor), waited]), ['unknown'], `soon after the ${deadlineMs} ms of the client`),
  )
}
