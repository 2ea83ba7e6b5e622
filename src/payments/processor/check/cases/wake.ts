import { randomBytes } from 'node:crypto'
import { CallbackRefused } from '../../fault.ts'
import type { Wake } from '../../processor.ts'
import type { Case } from '../case.ts'
import type { ToldCallback } from '../subject.ts'
import { expectThat, modeOf, opened, paid, type Trial } from '../trial.ts'

type Callback = { body: string | Buffer; headers: Readonly<Record<string, unknown>> }

/** A callback of the maker's that says that a charge was paid. */
async function callbackOf(trial: Trial, told: Pick<ToldCallback, 'reference'> & Partial<ToldCallback>) {
  const event_id = `evt_${randomBytes(8).toString('hex')}`
  const usual = { event_id, at: new Date(), mode: modeOf(trial.subject), forged: false }
  const callback = await trial.stage.callback?.({ ...usual, ...told })
  expectThat(callback, 'a callback of the stage, whose kind says that it calls back', 'no callback function')
  return callback
}

/** What an adapter makes of a callback. Throws `Unmet` when it throws anything but a refusal. */
function wakesOf({ processor }: Trial, { body, headers }: Callback, what: string): Wake[] | 'refused' {
  // In small letters, as Node gives the names of headers.
  const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  try {
    return processor.wake?.(Buffer.from(body as string), given) ?? []
  } catch (error) {
    expectThat(error instanceof CallbackRefused, `CallbackRefused, or no wake, for ${what}`, error)
    return 'refused'
  }
}

function expectRefused(trial: Trial, callback: Callback, what: string): void {
  const seen = wakesOf(trial, callback, what)
  expectThat(seen === 'refused', `CallbackRefused for ${what}`, seen)
}

function expectWake(trial: Trial, callback: Callback, reference: string, what: string): Wake {
  const wakes = wakesOf(trial, callback, what)
  const right = wakes !== 'refused' && wakes.length === 1 && wakes[0]?.reference === reference
  expectThat(right, `one wake for ${reference}, from ${what}`, wakes)
  const [wake] = wakes as [Wake]
  expectThat(/^[\x21-\x7e]{1,255}$/.test(wake.event_id), 'an event_id of 1 to 255 printing characters', wake.event_id)
  return wake
}

async function eventIdOf(trial: Trial, told: Parameters<typeof callbackOf>[1] & { event_id: string }): Promise<string> {
  const { reference, event_id } = told
  return expectWake(trial, await callbackOf(trial, told), reference, `the callback ${event_id}`).event_id
}

/** Changes one letter of a body. */
const flipped = (body: string) => {
  const at = Math.floor(body.length / 2)
  return `${body.slice(0, at)}${body[at] === ' ' ? '!' : ' '}${body.slice(at + 1)}`
}

/** What is well signed and says nothing. */
const nonsense = [
  'not JSON',
  '{',
  '[]',
  'null',
  '1',
  '"text"',
  '{}',
  '{"data":null}',
  '{"type":1,"id":{},"data":{"object":[]}}',
  `{"type":${'['.repeat(2_000)}`,
  ' ',
  `{"data":"${'x'.repeat(250_000)}"}`,
]

/** Callbacks: who may wake us, and for what. */
export const wakeCases: readonly Case[] = [
  {
    id: 'wake.signed',
    title: 'a callback that the maker signed wakes the charge that it is about, and no other',
    needs: ['callbacks', 'pays'],
    async run(trial) {
      await paid(trial)
      const { reference } = await paid(trial)
      expectWake(trial, await callbackOf(trial, { reference }), reference, 'a signed callback')
    },
  },
  {
    id: 'wake.repeated',
    title: 'a callback that is sent again has the same event_id, and one about another charge has another',
    needs: ['callbacks'],
    async run(trial) {
      const [one, other] = [await opened(trial), await opened(trial)]
      const first = await eventIdOf(trial, { reference: one.reference, event_id: 'evt_repeated' })
      const at = new Date(Date.now() - 60_000)
      const repeated = await eventIdOf(trial, { reference: one.reference, event_id: 'evt_repeated', at })
      expectThat(first === repeated, `the event_id ${first} again, a minute apart`, repeated)
      const another = await eventIdOf(trial, { reference: other.reference, event_id: 'evt_another' })
      expectThat(first !== another, 'another event_id for another charge', another)
    },
  },
  {
    id: 'wake.another_event',
    title: 'another event about the same charge has another event_id',
    needs: ['callbacks', 'name_events'],
    async run(trial) {
      const { reference } = await opened(trial)
      const first = await eventIdOf(trial, { reference, event_id: 'evt_ofTheFirst' })
      const second = await eventIdOf(trial, { reference, event_id: 'evt_ofTheSecond' })
      expectThat(first !== second, 'another event_id for another event', second)
    },
  },
  {
    id: 'wake.bytes',
    title: 'the bytes that arrived are what is signed, however the maker writes its JSON',
    needs: ['callbacks'],
    async run(trial) {
      const { reference } = await opened(trial)
      const spellings: Record<string, (usual: string) => string> = {
        'spaces and line breaks': (usual) => usual.replace(/[{,]/g, '$& \r\n ').concat('\n'),
        'a number with a zero at its end': (usual) => usual.replace(/\{/, '{"rate":1.50,"big":12345678901234567890,'),
        'escaped letters': (usual) => usual.replace(/\{/, '{"name":"\\u00fcber \\/ é",'),
      }
      for (const [what, body] of Object.entries(spellings)) {
        expectWake(trial, await callbackOf(trial, { reference, body }), reference, `a signed body with ${what}`)
      }
    },
  },
  {
    id: 'wake.changed',
    title: 'a body that was changed, cut short or emptied on its way is refused',
    needs: ['callbacks'],
    async run(trial) {
      const { reference } = await opened(trial)
      const { body, headers } = await callbackOf(trial, { reference })
      const spoiled = { changed: flipped(body), 'cut short': body.slice(0, -5), longer: `${body} `, empty: '' }
      for (const [what, text] of Object.entries(spoiled))
        expectRefused(trial, { body: text, headers }, `a body ${what}`)
    },
  },
  {
    id: 'wake.forged',
    title: 'a callback that was signed with another secret is refused',
    needs: ['callbacks'],
    async run(trial) {
      const { reference } = await paid(trial)
      expectRefused(trial, await callbackOf(trial, { reference, forged: true }), 'a signature of another secret')
    },
  },
  {
    id: 'wake.unsigned',
    title: 'a callback whose headers are missing, empty or several is refused',
    needs: ['callbacks'],
    async run(trial) {
      const { reference } = await opened(trial)
      const { body, headers } = await callbackOf(trial, { reference })
      expectRefused(trial, { body, headers: {} }, 'no headers')
      const ours = Object.keys(headers).filter((name) => !/^content-/i.test(name))
      expectThat(ours.length > 0, 'a header that authenticates it, from the stage', headers)
      for (const value of ['', 'x', ['a', 'b'], 'é'.repeat(10_000)]) {
        const spoiled = Object.fromEntries(ours.map((name) => [name, value]))
        expectRefused(trial, { body, headers: { ...headers, ...spoiled } }, 'headers that say nothing')
      }
    },
  },
  {
    id: 'wake.stale',
    title: 'a callback that was signed an hour ago is refused',
    needs: ['callbacks', 'sign_the_time'],
    async run(trial) {
      const { reference } = await opened(trial)
      const at = new Date(Date.now() - 3_600_000)
      expectRefused(trial, await callbackOf(trial, { reference, at }), 'one that was signed an hour ago')
    },
  },
  {
    id: 'wake.nonsense',
    title: 'what is well signed and cannot be read wakes nothing, and is no error',
    needs: ['callbacks'],
    async run(trial) {
      const { reference } = await opened(trial)
      for (const body of nonsense) {
        const what = `a signed ${body.slice(0, 30)}`
        const seen = wakesOf(trial, await callbackOf(trial, { reference, body: () => body }), what)
        expectThat(seen === 'refused' || seen.length === 0, `CallbackRefused, or no wake, for ${what}`, seen)
      }
    },
  },
  {
    id: 'wake.other_mode',
    title: 'a callback of the other mode wakes nothing',
    needs: ['callbacks', 'call_in_another_mode'],
    async run(trial) {
      const { reference } = await opened(trial)
      const mode = modeOf(trial.subject) === 'live' ? 'test' : 'live'
      const seen = wakesOf(trial, await callbackOf(trial, { reference, mode }), 'the other mode')
      expectThat(seen === 'refused' || seen.length === 0, 'no wake', seen)
    },
  },
  {
    id: 'wake.not_believed',
    title: 'a callback that says paid changes nothing of a charge that is not, and calls nobody',
    needs: ['callbacks'],
    async run(trial) {
      const { reference } = await opened(trial)
      const before = trial.line.calls.length
      expectWake(trial, await callbackOf(trial, { reference }), reference, 'a signed callback')
      expectThat(trial.line.calls.length === before, 'no call while a callback is authenticated', 'one')
      const state = await trial.processor.fetch(reference)
      expectThat(state.status === 'open', 'a charge that is open', state)
    },
  },
]
