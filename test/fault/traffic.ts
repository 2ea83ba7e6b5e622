import { expect } from 'vitest'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'

/** Somebody who pays one payment after the other to one account. */
export type Payer = { who: string; key: string; account: string }
export type Answered = { who: string; reference: string; status: number; retry_after: string | null; ms: number }

/** Payments that are made all the while something is broken. */
export type Traffic = {
  answers: Answered[]
  /** Ends it, once each payer has its last answer. */
  stop(): Promise<void>
}

const amount = 1
const opening = 1_000_000
let made = 0

/** An account with money owed on it. */
export async function makePayer(server: TestServer, who: string, key = server.key): Promise<Payer> {
  made += 1
  const body = {
    customer: { external_reference: `payer-${made}` },
    external_reference: `payer-account-${made}`,
    currency: 'ZAR',
    balance: opening,
  }
  const { body: account } = await server.api('POST', '/billing/accounts', body, { authorization: `Bearer ${key}` })
  return { who, key, account: account.id }
}

async function pay(server: TestServer, payer: Payer, reference: string): Promise<Answered> {
  const began = performance.now()
  const body = { amount, currency: 'ZAR', channel: 'till', reference, account: payer.account }
  const { status, headers } = await server.api('POST', '/billing/payments', body, {
    authorization: `Bearer ${payer.key}`,
  })
  const ms = performance.now() - began
  return { who: payer.who, reference, status, retry_after: headers.get('retry-after'), ms }
}

/** Has each payer pay until it is stopped. One that is refused comes back soon, with another payment. */
export function startTraffic(server: TestServer, payers: Payer[]): Traffic {
  const answers: Answered[] = []
  let stopped = false
  const clients = payers.map(async (payer) => {
    for (let count = 0; !stopped; count++) {
      const answered = await pay(server, payer, `${payer.account}-${count}`)
      answers.push(answered)
      if (answered.status !== 201) await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })
  return {
    answers,
    async stop() {
      stopped = true
      await Promise.all(clients)
    },
  }
}

/** Nobody saw a 500, everybody was answered in time, and whoever was refused was told when to come again. */
export function expectKindAnswers(answers: Answered[]): void {
  expect(answers.filter(({ status }) => ![200, 201, 503].includes(status))).toEqual([])
  expect(answers.filter(({ ms }) => ms > 10_000)).toEqual([])
  expect(answers.filter(({ status, retry_after }) => status === 503 && retry_after === null)).toEqual([])
}

/** Sends again what was refused; then every payment that was ever sent is applied exactly once. */
export async function expectExactlyOnce(server: TestServer, payers: Payer[], answers: Answered[]): Promise<void> {
  const refused = answers.filter(({ status }) => status === 503)
  await Promise.all(
    refused.map(async ({ who, reference }) => {
      const payer = payers.find((one) => one.who === who) as Payer
      await eventually(async () => (await pay(server, payer, reference)).status < 300, 'it is taken at last', 20_000)
    }),
  )
  for (const payer of payers) {
    const sent = answers.filter(({ who }) => who === payer.who).length
    const { body } = await server.api('GET', `/billing/accounts/${payer.account}`, undefined, {
      authorization: `Bearer ${payer.key}`,
    })
    expect([payer.who, body.balance]).toEqual([payer.who, opening - amount * sent])
  }
}

/** How `/readyz` answers, polled all the while. */
export function watchReadiness(url: string): {
  ready: { at_ms: number; ok: boolean; ms: number }[]
  stop(): Promise<void>
} {
  const ready: { at_ms: number; ok: boolean; ms: number }[] = []
  let stopped = false
  const watching = (async () => {
    while (!stopped) {
      const began = performance.now()
      const { ok } = await fetch(`${url}/readyz`)
      const at_ms = performance.now()
      ready.push({ at_ms, ok, ms: at_ms - began })
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })()
  return {
    ready,
    async stop() {
      stopped = true
      await watching
    },
  }
}
