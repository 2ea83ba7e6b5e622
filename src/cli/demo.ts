import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, readConfig } from '../config.ts'
import { systemClock } from '../core/clock.ts'
import { formatMoney } from '../core/money.ts'
import { simulatorVoice } from '../html/language/voice.ts'
import { startProgram } from '../server/program.ts'
import { payThroughPages } from './demo-payer.ts'
import { type Delivery, isSigned, startReceiver } from './demo-receiver.ts'
import { createLog } from './log.ts'
import { untilStopped } from './start.ts'
import { portOption, readArguments, withPort } from './usage.ts'
import { warnOfSettings } from './with-database.ts'

const key = 'sk_test_key_of_the_demo'

/**
 * `tallystick demo`: the guide from end to end on a temporary database, with a receiver of its own. `--auto` pays by itself,
 * through the same pages as a payer, and exits.
 */
export async function demo(args: string[]): Promise<void> {
  const { values } = readArguments('demo', args, { auto: { type: 'boolean', default: false }, ...portOption })
  warnOfSettings()
  if (process.env.DATABASE_URL) throw new ConfigError('The demo brings its own database: unset DATABASE_URL.')
  const dataDir = await mkdtemp(join(tmpdir(), 'tallystick-demo-'))
  const clean = () => rm(dataDir, { recursive: true, force: true })
  try {
    await run(dataDir, values.auto, values.port)
  } finally {
    await clean()
  }
}

async function run(dataDir: string, auto: boolean, port: string | undefined): Promise<void> {
  const config = readConfig({
    TALLYSTICK_LOG_LEVEL: 'warn',
    PORT: '0',
    ...withPort(process.env, port),
    TALLYSTICK_DATA_DIR: dataDir,
    TALLYSTICK_TEST_KEY: key,
    // Its database is deleted in the end.
    TALLYSTICK_BACKUP_EVERY: 'off',
  })
  say('Starting PostgreSQL and the server …')
  const program = await startProgram(config, createLog(config.log_level), systemClock)
  const receiver = await startReceiver()
  try {
    const { account, secret } = await walkGuide(program.url, receiver.url)
    const report = async (delivery: Delivery) => {
      say(
        `\nThe event that arrived${isSigned(delivery, secret) ? ', its signature verified' : ', WITH A WRONG SIGNATURE'}:\n`,
      )
      say(JSON.stringify(JSON.parse(delivery.body), undefined, 2))
      const { balance, currency } = await call<Account>(program.url, 'GET', `/billing/accounts/${account.id}`)
      say(`\nThe balance of ${account.id} is now ${shown(balance, currency)}.`)
    }
    if (auto) {
      await payThroughPages(account.presentment_url)
      await report(await receiver.next())
      return
    }
    say('Pay with card 4242 4242 4242 4242, any future expiry, any CVC. Stop with Ctrl-C.')
    const reporting = reportAll(receiver.next, report)
    await untilStopped(program.died)
    reporting.stop()
  } finally {
    await receiver.close()
    await program.stop(0)
  }
}

function reportAll(next: () => Promise<Delivery>, report: (delivery: Delivery) => Promise<void>): { stop(): void } {
  let stopped = false
  const loop = async () => {
    while (!stopped) await report(await next())
  }
  void loop()
  return {
    stop: () => {
      stopped = true
    },
  }
}

type Account = { id: string; presentment_url: string; balance: number; currency: string }

/** The guide's prerequisite and its steps 1 to 3, as its reader would call them. */
async function walkGuide(url: string, receiverUrl: string): Promise<{ account: Account; secret: string }> {
  const { secret } = await call<{ secret: string }>(url, 'POST', '/webhooks/endpoints', {
    url: receiverUrl,
    event_types: ['obligation.amount_applied'],
  })
  const customer = await call<{ id: string }>(url, 'POST', '/billing/customers', {
    external_reference: 'UCR1234567890',
    name: 'John Doe',
    email: 'john.doe@example.com',
  })
  say(`Step 1: the customer ${customer.id} (John Doe)`)
  const account = await call<Account>(url, 'POST', '/billing/accounts', {
    customer: customer.id,
    external_reference: 'UAR1234567890',
    name: 'Subscription Account',
    currency: 'ZAR',
    balance: 2000,
  })
  say(`Step 2: the account ${account.id} owes ${shown(account.balance, account.currency)}`)
  say(`Step 3: the page to pay it:\n\n  ${account.presentment_url}\n`)
  return { account, secret }
}

async function call<Body>(url: string, method: string, path: string, body?: object): Promise<Body> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path} returned ${response.status}: ${await response.text()}`)
  return (await response.json()) as Body
}

/** An amount as the pages show it. */
function shown(minor: number, currency: string): string {
  return formatMoney(BigInt(minor), currency, simulatorVoice.locale)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
