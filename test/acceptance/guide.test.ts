import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ChildServer, childServer } from '../support/child-server.ts'
import { runNode, runTallystick } from '../support/command.ts'
import { temporaryDirectory } from '../support/temporary.ts'

// The guide's own placeholder: a reader may paste its calls as they are.
const key = 'sk_test_YOUR_SECRET_KEY'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let server: ChildServer
beforeAll(async () => {
  directory = await temporaryDirectory()
  server = await childServer({ TALLYSTICK_DATA_DIR: directory.path, TALLYSTICK_TEST_KEY: key })
})
afterAll(async () => {
  await server.stop()
  await directory.remove()
})

describe('the account balance guide', () => {
  test('walked from outside, against the server on a fresh data directory', async () => {
    const result = await runNode('test/acceptance/guide.mjs', [], { BASE_URL: server.url, API_KEY: key })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toMatch(/^the guide holds: bacc_\w+ paid 20\.00 ZAR by pay_\w+, evt_\w+ verified/)
  })

  test('a second time, with references of its own', async () => {
    const result = await runNode('test/acceptance/guide.mjs', [], { BASE_URL: server.url, API_KEY: key, SUFFIX: 'b' })
    expect(result).toMatchObject({ code: 0, stderr: '' })
  })

  test('and the books are right, says a command beside the running server', async () => {
    const result = await runTallystick(['verify'], { TALLYSTICK_DATA_DIR: directory.path })
    expect(result).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('the demo', () => {
  test('pays by itself and shows the verified event and the reduced balance', { timeout: 60_000 }, async () => {
    const result = await runTallystick(['demo', '--auto'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toMatch(/its signature verified/)
    expect(result.stdout).toMatch(/"type": "obligation.amount_applied"/)
    expect(result.stdout).toMatch(/The balance of bacc_\w+ is now R 0,00\./)
  })
})
