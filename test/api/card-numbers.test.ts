import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sample, validRequests } from '../fuzz/requests.ts'
import { dump, hits } from '../support/dump.ts'
import { openapi } from '../support/openapi.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
let samples: Sample[]
beforeAll(async () => {
  server = await testServer()
  samples = await validRequests(server)
})
afterAll(() => server.stop())

const card = '4111 1111 1111 1111'

type Schema = {
  $ref?: string
  type?: string | string[]
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
  pattern?: string
  enum?: unknown[]
  const?: unknown
  format?: string
}
type Path = (string | number)[]

/** Text that is no free text: other systems' numbers, which may look like anything, ids, and names of a list. */
const exempt = [
  'reference',
  'external_reference',
  'customer',
  'account',
  'bill',
  'payment',
  'payment_request',
  'payment_session',
  'obligation',
  'replaces',
  // What a bank says, and how it finds an account.
  'text',
  'payer_name',
  'payer_account',
  'iban',
  'account_number',
  'bic',
  'branch_code',
  'reissue_of',
  'time_zone',
  'locale',
  'url',
]

function resolve(schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : resolve(openapi.components.schemas[name] as Schema)
}

/** Where a body of this schema takes free text. */
function freeTexts(schema: Schema, path: Path = []): Path[] {
  const { type, anyOf = [], properties = {}, additionalProperties, items, ...rest } = resolve(schema)
  const isText =
    [type].flat().includes('string') && !rest.pattern && !rest.enum && rest.const === undefined && !rest.format
  return [
    ...(isText && !exempt.includes(String(path.at(-1))) ? [path] : []),
    ...anyOf.flatMap((one) => freeTexts(one, path)),
    ...Object.entries(properties).flatMap(([name, member]) => freeTexts(member, [...path, name])),
    ...(typeof additionalProperties === 'object' ? freeTexts(additionalProperties, [...path, 'note']) : []),
    ...(items ? freeTexts(items, [...path, 0]) : []),
  ]
}

const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { requestBody }]) => {
    const schema = requestBody?.content['application/json']?.schema as Schema | undefined
    return schema === undefined ? [] : freeTexts(schema).map((at) => ({ method: method.toUpperCase(), path, at }))
  }),
)

/** The body with the card in it, and with the objects around it that it lacks. */
function withCard(body: Record<string, unknown>, at: Path): Record<string, unknown> {
  const copy = structuredClone(body)
  let inner: Record<string | number, unknown> = copy
  for (const name of at.slice(0, -1)) {
    if (typeof inner[name] !== 'object') inner[name] = name === 'metadata' ? {} : { external_reference: 'X1' }
    inner = inner[name] as Record<string, unknown>
  }
  inner[at.at(-1) as string] = `call about ${card}`
  return copy
}

describe('a card number in free text', () => {
  test('is known in every place that takes some', () => {
    const places = operations.map(({ method, path, at }) => `${method} ${path} /${at.join('/')}`)
    expect(places).toEqual(
      expect.arrayContaining([
        'POST /billing/bills /account/customer/name',
        'PATCH /billing/accounts/{account} /metadata/note',
        'POST /billing/payments/{payment}/reversals /reason',
        'POST /webhooks/endpoints /description',
        'PATCH /settings /name',
      ]),
    )
  })

  test.each(operations.map((one) => [`${one.method} ${one.path}`, `/${one.at.join('/')}`, one] as const))(
    '%s %s is refused with the pointer, and not shown again',
    async (_operation, pointer, { method, path, at }) => {
      const expression = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
      // Where several are valid, the one that has the place already is the one that may have it.
      const having = (one: Sample) => Object.keys(one.body).includes(String(at[0]))
      const candidates = samples.filter((one) => one.method === method && expression.test(one.path))
      const sample = candidates.find(having) ?? candidates[0]
      if (!sample) throw new Error('there is a valid request for every operation that takes a body')
      const answer = await server.api(method, sample.path, withCard(sample.body, at))
      const { text } = answer
      // In a row of a batch it is the outcome of that row, as of the single call.
      const [row, ofRow] = path.endsWith('/batch') ? ['/rows/0', true] : ['', false]
      const { status, body } = ofRow ? answer.body.data[0] : answer
      expect([status, body.code, body.errors]).toEqual([
        422,
        'card_number',
        [{ pointer: pointer.slice(row.length), code: 'card_number', detail: expect.any(String) }],
      ])
      expect(text).not.toContain('1111')
    },
  )

  test.each(['POST', 'PATCH'])('as the name of metadata is refused too: %s', async (method) => {
    const path = method === 'POST' ? '/billing/customers' : '/billing/customers/F1'
    const sent = { ...(method === 'POST' && { external_reference: 'X2' }), metadata: { [card]: 'card' } }
    const { status, body } = await server.api(method, path, sent)
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'card_number', '/metadata'])
  })

  test('beside a fault of form is told with it', async () => {
    const { status, body } = await server.api('POST', '/billing/customers', { name: card, external_reference: 'X 3' })
    expect([status, body.code]).toEqual([400, 'invalid_request'])
    expect(body.errors.map(({ code }: { code: string }) => code).sort()).toEqual(['card_number', 'invalid_format'])
  })

  test('is nowhere in the database then', async () => {
    expect(hits(await dump(server.database), [card])).toEqual([])
  })
})

describe('what may look like a card number', () => {
  test('is a reference of the merchant or of a bank', async () => {
    const digits = card.replaceAll(' ', '')
    const customer = { external_reference: digits, currency: 'ZAR', balance: 50 }
    expect((await server.api('POST', '/billing/customers', customer)).status).toBe(201)
    const payment = { amount: 5, currency: 'ZAR', channel: 'bank', reference: card, customer: digits }
    expect((await server.api('POST', '/billing/payments', payment)).status).toBe(201)
    expect((await server.api('GET', `/billing/lookups?reference=${digits}`)).body.data).toHaveLength(1)
  })
})
