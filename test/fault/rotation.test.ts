import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ChildServer, childServer, dyingAt } from '../support/child-server.ts'
import { runTallystick } from '../support/command.ts'
import { tally } from '../support/tally.ts'
import { temporaryDirectory } from '../support/temporary.ts'

// The rotation of the encryption key gets signal 9 at each of its steps. Whatever stands in the file then opens the database, and the
// rotation can be called again.

const key = 'sk_test_rotation_of_keys'

let local: Awaited<ReturnType<typeof temporaryDirectory>>
let server: ChildServer
let link: string
const settings = () => ({ TALLYSTICK_DATA_DIR: local.path, TALLYSTICK_TEST_KEY: key })

beforeAll(async () => {
  local = await temporaryDirectory()
  server = await childServer(settings())
  const response = await fetch(`${server.url}/billing/customers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ external_reference: 'payer', currency: 'ZAR', balance: 500 }),
  })
  link = ((await response.json()) as { presentment_url: string }).presentment_url
}, 60_000)
afterAll(async () => {
  await server.stop()
  await local.remove()
})

/** Starts a server anew, which has nothing but the file, and opens a link that was sent before. */
async function expectOpen(): Promise<void> {
  await server.stop()
  server = await childServer(settings())
  expect((await fetch(server.url + new URL(link).pathname)).status).toBe(200)
}

test.each([
  'before:insert-data-key-wrap',
  'answered:insert-data-key-wrap',
  'before:delete-other-data-key-wraps',
  'answered:delete-other-data-key-wraps',
])(
  'signal 9 while the encryption key is rotated, %s: the file opens the database',
  { timeout: 120_000 },
  async (point) => {
    const killed = await runTallystick(['keys', 'rotate-encryption'], { ...settings(), ...dyingAt(point) })
    expect(killed.code).toBe(null)
    tally('fault points')
    await expectOpen()
    expect(await runTallystick(['keys', 'rotate-encryption'], settings())).toMatchObject({ code: 0, stderr: '' })
    await expectOpen()
  },
)
