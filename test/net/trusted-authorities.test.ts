import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { createAddressGuard } from '../../src/net/address-guard.ts'
import { createHttpClient } from '../../src/net/http-client.ts'
import { listen } from '../webhooks/receivers.ts'

// An authority whose key nobody has any more, and two certificates of localhost that it has signed, one of which has expired.
const read = (name: string) => readFileSync(new URL(`./certificates/${name}.pem`, import.meta.url), 'utf8')
const authorities = [read('authority')]

/** A receiver that shows a certificate. */
async function receiverWith(certificate: string) {
  const server = createServer({ cert: read(certificate), key: read('localhost.key') }, (_request, response) =>
    response.end('taken'),
  )
  return (await listen(server)).url.replace('http:', 'https:')
}

function send(url: string, options: { authorities?: string[] }, allowed_hosts: string[] = []) {
  const guard = createAddressGuard({ allow_loopback: true, allowed_hosts })
  const client = createHttpClient({ guard, clock: systemClock, ...options })
  onTestFinished(() => client.close())
  return client.post('lane', new URL(url), {}, '{}')
}

const named = (url: string) => url.replace('127.0.0.1', 'localhost')

describe('a receiver with a certificate of an authority of its own', () => {
  test('is not trusted unless the operator named the authority', async () => {
    const url = named(await receiverWith('localhost'))
    expect(await send(url, {})).toMatchObject({ status_code: undefined, error: 'certificate not trusted' })
    expect(await send(url, { authorities })).toMatchObject({ status_code: 200, error: undefined })
    expect(await send(url, { authorities }, ['localhost'])).toMatchObject({ status_code: 200, error: undefined })
  })

  test('must still be the host that is called', async () => {
    const url = await receiverWith('localhost')
    expect(await send(url, { authorities })).toMatchObject({
      status_code: undefined,
      error: 'certificate of another host',
    })
  })

  test('must still be valid at this time', async () => {
    const url = named(await receiverWith('expired'))
    expect(await send(url, { authorities })).toMatchObject({ status_code: undefined, error: 'certificate expired' })
  })
})
