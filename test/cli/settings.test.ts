import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readConfig, readDatabasePlace, settingWarnings } from '../../src/config.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const encryption = { TALLYSTICK_ENCRYPTION_KEY: 'x'.repeat(32) }

describe('what is most likely not meant', () => {
  test.each(['', '  '])('is a DATABASE_URL that is set but empty: %j', (url) => {
    expect(settingWarnings({ DATABASE_URL: url })).toEqual([
      'DATABASE_URL is set but empty, which means local mode: give it a value, or unset it.',
    ])
  })

  test.each([
    ['TALLYSTICK_ENCRIPTION_KEY', 'TALLYSTICK_ENCRYPTION_KEY'],
    ['TALLYSTICK_PUBLICURL', 'TALLYSTICK_PUBLIC_URL'],
    ['tallystick_host', 'TALLYSTICK_HOST'],
    ['Tallystick_Log_Level', 'TALLYSTICK_LOG_LEVEL'],
  ])('is %s, for %s', (name, meant) => {
    expect(settingWarnings({ [name]: 'x' })).toEqual([`There is no setting ${name}: did you mean ${meant}?`])
  })

  test('is no setting that there is, and no variable of another program', () => {
    const meant = { DATABASE_URL: 'postgres://x', TALLYSTICK_HOST: '', PORT: '', PATH: '', TALLY: 'x' }
    expect(settingWarnings(meant)).toEqual([])
  })
})

describe('where the database is', () => {
  test.each(['postgres://x', 'postgresql://u:p@/x?host=%2Frun'])('may be %s', (url) => {
    expect(readDatabasePlace({ DATABASE_URL: url }).database_url).toBe(url)
  })

  test.each(['mysql://x', 'http://db', 'db.example.com/x', 'host=db', 'jdbc:postgresql://x'])('is not %s', (url) => {
    expect(() => readDatabasePlace({ DATABASE_URL: url })).toThrow(
      /^DATABASE_URL should be the address of a PostgreSQL/,
    )
  })
})

test('a server that others take over from drains for five seconds, one of a laptop not at all', () => {
  expect(readConfig({}).drain_s).toBe(0)
  expect(readConfig({ DATABASE_URL: 'postgres://x', ...encryption }).drain_s).toBe(5)
  expect(readConfig({ TALLYSTICK_DRAIN_S: '30' }).drain_s).toBe(30)
})

describe('the mail server', () => {
  const from = 'receipts@example.com'

  test('is none unless it is set, and needs an address to send from', () => {
    expect(readConfig({}).mail).toBeUndefined()
    expect(() => readConfig({ TALLYSTICK_SMTP_URL: 'smtps://mail.example.com' })).toThrow(
      /^TALLYSTICK_SMTP_FROM should be/,
    )
    expect(
      readConfig({ TALLYSTICK_SMTP_URL: 'smtps://u:p@mail.example.com', TALLYSTICK_SMTP_FROM: from }).mail,
    ).toEqual({
      smtp_url: 'smtps://u:p@mail.example.com',
      from,
    })
  })

  test.each(['mail.example.com', 'https://mail.example.com', 'smtp://', 'smtp'])('is not %s', (url) => {
    expect(() => readConfig({ TALLYSTICK_SMTP_URL: url, TALLYSTICK_SMTP_FROM: from })).toThrow(
      /^TALLYSTICK_SMTP_URL should be the address of a mail server/,
    )
  })

  test.each(['receipts', 'a@b\r\nBcc: c@d', 'Acme <a@b.example>', 'a b@c.example'])(
    'sends from no such address: %j',
    (wrong) => {
      expect(() => readConfig({ TALLYSTICK_SMTP_URL: 'smtp://m.example', TALLYSTICK_SMTP_FROM: wrong })).toThrow(
        /^TALLYSTICK_SMTP_FROM should be an e-mail address/,
      )
    },
  )
})

test('private receivers are closed unless the switch says true, and another word stops the start', () => {
  expect(readConfig({}).webhook_allow_private).toBe(false)
  expect(readConfig({ TALLYSTICK_WEBHOOK_ALLOW_PRIVATE: 'true' }).webhook_allow_private).toBe(true)
  expect(() => readConfig({ TALLYSTICK_WEBHOOK_ALLOW_PRIVATE: 'yes' })).toThrow(
    'TALLYSTICK_WEBHOOK_ALLOW_PRIVATE should be true or false',
  )
})

describe('the certificate authorities of webhooks', () => {
  const read = (file: string) => readConfig({ TALLYSTICK_WEBHOOK_CA_FILE: file }).webhook_authorities
  const authority = join(import.meta.dirname, '../net/certificates/authority.pem')
  const temporaryFile = async (text: string) => {
    const { path, remove } = await temporaryDirectory()
    onTestFinished(remove)
    await writeFile(join(path, 'authorities.pem'), text)
    return join(path, 'authorities.pem')
  }

  test('are none, or those of a file', () => {
    expect(readConfig({}).webhook_authorities).toEqual([])
    expect(read(authority)).toEqual([readFileSync(authority, 'utf8').trim()])
  })

  test('are every one of a file, whatever stands between them', async () => {
    const text = readFileSync(authority, 'utf8')
    expect(read(await temporaryFile(`# ours\n${text}\n# theirs\n${text}`))).toEqual([text.trim(), text.trim()])
  })

  test.each([
    ['that is not there', () => 'missing.pem', /: missing\.pem cannot be read \(ENOENT\)\.$/],
    ['that is a folder', () => '.', /: \. cannot be read \(EISDIR\)\.$/],
    ['without a certificate', () => temporaryFile('secret'), /has no "-----BEGIN CERTIFICATE-----"\.$/],
    [
      'with one that is broken',
      () =>
        temporaryFile(
          `${readFileSync(authority, 'utf8')}-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n`,
        ),
      /has a certificate that cannot be read, number 2\.$/,
    ],
  ])('stop the start by one line with a file %s', async (_what, make, line) => {
    const file = await make()
    expect(() => read(file)).toThrow(/^TALLYSTICK_WEBHOOK_CA_FILE should name a PEM file of certificates: .+$/)
    expect(() => read(file)).toThrow(line)
  })
})

describe('the schedule of webhooks', () => {
  const waits = (schedule: string) => readConfig({ TALLYSTICK_WEBHOOK_RETRY_SCHEDULE: schedule }).webhook_retry_waits_s

  test('is ten attempts in a little more than three days, or what the operator sets', () => {
    expect(waits('')).toEqual([0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400])
    expect(waits('0s,10s, 2m,3h ,1d')).toEqual([0, 10, 120, 10_800, 86_400])
    expect(waits('0s')).toEqual([0])
  })

  test.each(['5s', '0s,', '0s,0s', '0s,8d', '0s,5', '0s,1.5h', '0s,-5s', '0s,5w', Array(31).fill('0s').join()])(
    'is not %s',
    (schedule) => {
      expect(() => waits(schedule)).toThrow(/^TALLYSTICK_WEBHOOK_RETRY_SCHEDULE should be up to 30 durations/)
    },
  )
})
