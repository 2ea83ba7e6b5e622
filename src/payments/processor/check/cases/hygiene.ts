import { inspect } from 'node:util'
import type { Case } from '../case.ts'
import {
  during,
  expectThat,
  failures,
  faultOf,
  marker,
  newCharge,
  openByKey,
  opened,
  paid,
  type Trial,
} from '../trial.ts'

/** All that an adapter throws while its maker fails in every way. */
async function allThrown(trial: Trial): Promise<{ what: string; error: unknown }[]> {
  const { line, processor, stage, reopen } = trial
  const { reference } = await paid(trial)
  const refused = (status: number) => ({
    what: `it answered ${status}`,
    fault: { kind: 'answered' as const, status, body: `{"error":{"message":"${marker}"},"message":"${marker}"}` },
  })
  const thrown: { what: string; error: unknown }[] = []
  for (const { what, fault } of [...failures, refused(400), refused(401), refused(404), refused(422)]) {
    for (const call of [() => openByKey(processor, newCharge(trial)), () => processor.fetch(reference)]) {
      const seen = await during<object>(line, fault, () => call().catch((error: unknown) => ({ thrown: error })))
      if ('thrown' in seen) thrown.push({ what, error: seen.thrown })
    }
  }
  if (stage.refused_key !== undefined) {
    const other = await reopen({ secrets: { ...stage.secrets, secret_key: stage.refused_key } })
    const fault = await faultOf(openByKey(other, newCharge(trial)), ['key_refused'], 'for the refused_key of the stage')
    thrown.push({ what: 'the key was refused', error: fault })
  }
  return thrown
}

// An error is logged with its cause and whatever else hangs on it.
const written = (error: unknown) => inspect(error, { depth: 8, maxStringLength: null })

/** What goes where it should not. */
export const hygieneCases: readonly Case[] = [
  {
    id: 'hygiene.client',
    title: 'it calls with the client that it is given, and its maker only',
    needs: ['calls'],
    async run(trial) {
      const { called, line } = trial
      called.length = 0
      line.calls.length = 0
      await trial.processor.fetch((await paid(trial)).reference)
      const past = `${line.calls.length - called.length} of ${line.calls.length} calls were made without it`
      expectThat(called.length > 0 && called.length === line.calls.length, 'every call by the given fetch', past)
      const foreign = called.filter((url) => new URL(url).origin !== line.base_url)
      expectThat(foreign.length === 0, 'calls to base_url only', foreign)
    },
  },
  {
    id: 'hygiene.redirects',
    title: 'it follows no redirect, so its key goes nowhere else',
    needs: ['calls'],
    async run(trial) {
      const { line, processor } = trial
      const { reference } = await opened(trial)
      for (const status of [302, 307]) {
        const headers = { location: `${line.elsewhere.url}/taken` }
        await during(line, { kind: 'answered', status, body: '', headers }, async () => {
          await openByKey(processor, newCharge(trial)).catch(() => {})
          await processor.fetch(reference).catch(() => {})
        })
      }
      expectThat(line.elsewhere.calls.length === 0, 'no call at the address of a redirect', line.elsewhere.calls)
    },
  },
  {
    id: 'hygiene.secrets',
    title: 'no secret stands in an address or in an error',
    needs: ['calls', 'keys'],
    async run(trial) {
      const { line, stage } = trial
      line.calls.length = 0
      const thrown = await allThrown(trial)
      const secrets = [...Object.values(stage.secrets), stage.refused_key].filter((one) => one !== undefined)
      const holds = (text: string) => secrets.some((secret) => text.includes(secret))
      const paths = line.calls.filter(({ path }) => holds(decodeURIComponent(path)))
      expectThat(paths.length === 0, 'no secret in an address', `${paths.length} addresses with one`)
      const told = thrown.filter(({ error }) => holds(written(error))).map(({ what }) => what)
      expectThat(told.length === 0, 'no secret in an error', `one in the error when ${told[0]}`)
    },
  },
  {
    id: 'hygiene.bodies',
    title: 'no error repeats what the maker answered, or what it was asked',
    needs: ['calls'],
    async run(trial) {
      const asked = newCharge(trial).merchant_name
      const told = (await allThrown(trial)).filter(({ error }) =>
        [marker, asked].some((text) => written(error).includes(text)),
      )
      expectThat(told.length === 0, 'no body in an error', `a part of one in the error when ${told[0]?.what}`)
    },
  },
  {
    id: 'hygiene.request_id',
    title: "the maker's id of a request is kept, with a charge and with an error",
    needs: ['calls', 'request_id'],
    async run(trial) {
      const { request_id } = await opened(trial)
      const given = trial.line.calls.at(-1)?.request_id
      expectThat(request_id !== undefined && request_id === given, `the request_id ${given}`, request_id)
      const fault = await during(trial.line, { kind: 'answered', status: 500, body: 'down' }, () =>
        faultOf(openByKey(trial.processor, newCharge(trial)), ['unknown'], 'when it answered 500'),
      )
      expectThat(fault.request_id === 'req_of_the_line', 'the request_id with the error', fault.request_id)
    },
  },
]
