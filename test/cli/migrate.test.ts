import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { runTallystick } from '../support/command.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

const role = `served_${randomBytes(6).toString('hex')}`

let database: TestDatabase
let admin: pg.Client
beforeAll(async () => {
  database = await testDatabase()
  const { host, port, password } = inject('postgres')
  admin = new pg.Client({ host, port, password, user: 'postgres', database: database.name })
  await admin.connect()
  await admin.query(`create role ${role}`)
})
afterAll(async () => {
  await admin.query(`drop owned by ${role}`)
  await admin.query(`drop role ${role}`)
  await admin.end()
  await database.drop()
})

const migrate = (...args: string[]) => runTallystick(['migrate', ...args], { DATABASE_URL: database.ownerUrl })

test('migrate has nothing to do where all is done', async () => {
  expect(await migrate()).toEqual({ code: 0, stdout: 'Nothing to do.\n', stderr: '' })
})

test('migrate --grant-to gives a role its rights there too, and no others', async () => {
  const { rows: before } = await admin.query('select has_table_privilege($1, $2, $3) as may', [
    role,
    'payment',
    'insert',
  ])
  expect(before).toEqual([{ may: false }])
  expect(await migrate('--grant-to', role)).toEqual({
    code: 0,
    stdout: `Nothing to do.\n${role} has its rights\n`,
    stderr: '',
  })
  const { rows: after } = await admin.query(
    `select has_table_privilege($1, 'payment', 'insert') as insert, has_table_privilege($1, 'ledger_entry', 'update') as change`,
    [role],
  )
  expect(after).toEqual([{ insert: true, change: false }])
})

test('migrate --grant-to says that there is no such role', async () => {
  const { code, stderr } = await migrate('--grant-to', 'nobody_at_all')
  expect([code, stderr]).toEqual([1, expect.stringMatching(/nobody_at_all/)])
})
