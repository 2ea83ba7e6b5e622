import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maxBalance } from '../../src/core/money.ts'
import { Journal } from '../../src/ledger/journal.ts'
import type { NewTransaction } from '../../src/ledger/journal-rows.ts'
import type { Receivable } from '../../src/ledger/receivable.ts'
import { seedOf } from '../support/seed.ts'
import { Recording } from './recording.ts'
import { idOf, place, receivableSample as receivable } from './samples.ts'

const now = new Date('2026-11-27T10:00:00.000Z')
const before = new Date('2026-11-20T00:00:00.000Z')
const cause = { ...place, request_id: 'req_1', actor: 'key:1' as never }
const payment: NewTransaction = { ...cause, kind: 'payment', source_id: idOf(0xf1) }
const bill = (id: string, balance: bigint, more: Partial<Receivable> = {}) =>
  receivable(id, balance, { kind: 'bill', status: 'unpaid', owed_since: before, bill_version: 8n, ...more })
const anId = expect.stringMatching(/^[0-9a-f-]{32}0007$/)

/** Posts one amount to a balance, with the other side, and returns what the journal holds then. */
function post(one: Receivable, amount: bigint, more: Partial<NewTransaction> = {}): Journal {
  const journal = new Journal(now)
  const transaction = journal.open({ ...payment, ...more })
  journal.postToReceivable(transaction, one, amount)
  journal.postToSystemAccount(transaction, 'unapplied', one.currency, -amount)
  return journal
}

async function written(journal: Journal, shardOf?: (bucket: number) => number): Promise<Recording> {
  const recording = new Recording(shardOf)
  await journal.write(recording)
  return recording
}

describe('a transaction', () => {
  test('has an id in its bucket and counts from now, unless it says from when', () => {
    const journal = new Journal(now)
    const opened = journal.open(payment)
    expect(opened).toEqual({ id: anId, ...place, effective_at: now, sums: new Map() })
    expect(journal.open({ ...payment, effective_at: before }).effective_at).toBe(before)
  })

  test('is written with all that is said of it, and with nothing else', async () => {
    const journal = new Journal(now)
    const { id } = journal.open(payment)
    const words = { reason: 'A reason.', label: 'Late fee', reference: 'CN-1' }
    const other = journal.open({ ...payment, ...words, kind: 'fee', effective_at: before })
    const { statements } = await written(journal)
    const source = idOf(0xf1)
    expect(statements).toEqual([
      { name: 'hold-books', rows: [[3]], others: [] },
      {
        name: 'write-transactions',
        rows: [
          [id, 7, 3, 'payment', source, null, null, null, 'req_1', 'key:1', now.toISOString()],
          [...[other.id, 7, 3, 'fee', source, 'A reason.', 'Late fee', 'CN-1', 'req_1', 'key:1'], before.toISOString()],
        ],
        others: [now],
      },
    ])
  })

  test('sums what is entered per currency, and is not written unless that is zero', async () => {
    const journal = new Journal(now)
    const transaction = journal.open(payment)
    journal.postToSystemAccount(transaction, 'unapplied', 'ZAR', 5n)
    journal.postToSystemAccount(transaction, 'fees_charged', 'ZAR', 2n)
    journal.postToSystemAccount(transaction, 'sales', 'USD', -7n)
    expect([...transaction.sums]).toEqual([
      ['ZAR', 7n],
      ['USD', -7n],
    ])
    const recording = new Recording()
    await expect(journal.write(recording)).rejects.toThrow('every transaction sums to zero in each currency')
    expect(recording.rows('write-entries')).toEqual([])
    journal.postToSystemAccount(transaction, 'sales', 'ZAR', -7n)
    await expect(journal.write(new Recording())).rejects.toThrow('every transaction sums to zero in each currency')
    journal.postToSystemAccount(transaction, 'unapplied', 'USD', 7n)
    await journal.write(new Recording())
  })

  test('is looked at by itself: one does not make up for another', async () => {
    const journal = new Journal(now)
    journal.postToSystemAccount(journal.open(payment), 'unapplied', 'ZAR', 5n)
    journal.postToSystemAccount(journal.open(payment), 'unapplied', 'ZAR', -5n)
    await expect(journal.write(new Recording())).rejects.toThrow('every transaction sums to zero')
  })

  test('has no entry of nothing', () => {
    const journal = new Journal(now)
    const transaction = journal.open(payment)
    expect(() => journal.postToSystemAccount(transaction, 'sales', 'ZAR', 0n)).toThrow('an entry has an amount')
    expect(() => journal.postToReceivable(transaction, receivable(idOf(1), 5n), 0n)).toThrow('an entry has an amount')
  })

  test('stays in its environment and with its customer', () => {
    const one = receivable(idOf(1), 5n)
    expect(() => post({ ...one, environment_id: 4 }, -1n)).toThrow('a transaction stays in its environment')
    expect(() => post({ ...one, bucket: 8 }, -1n)).toThrow('a transaction stays with its customer')
  })
})

describe('a balance', () => {
  test('moves by each amount and by one version, and each entry says what it left', async () => {
    const one = receivable(idOf(1), 100n)
    const journal = new Journal(now)
    const transaction = journal.open(payment)
    journal.postToReceivable(transaction, one, -30n)
    journal.postToReceivable(transaction, one, 10n)
    journal.postToSystemAccount(transaction, 'clearing:cash', 'ZAR', 20n)
    expect(one).toMatchObject({ balance: 80n, version: 6n, status: null, owed_since: null, moved_at: now })
    const { statements } = await written(journal)
    const start = [anId, 7, 3, transaction.id]
    expect(statements.slice(2)).toEqual([
      {
        name: 'write-entries',
        rows: [
          [...start, idOf(1), null, 'ZAR', -30n, 5n, 70n],
          [...start, idOf(1), null, 'ZAR', 10n, 6n, 80n],
          [...start, null, 'clearing:cash', 'ZAR', 20n, null, null],
        ],
        others: [],
      },
      {
        name: 'update-receivables',
        rows: [[idOf(1), 7, 3, 'ZAR', 100n, 4n, null, 80n, 6n, null, null]],
        others: [now, 1],
      },
    ])
    expect(new Set(statements[2]?.rows.map(([id]) => id)).size).toBe(3)
  })

  test.each([1n, -1n])('goes to the limit and not a unit beyond, on the side of %s', (sign) => {
    const full = receivable(idOf(1), sign * (maxBalance - 5n))
    post(full, sign * 5n)
    expect(full.balance).toBe(sign * maxBalance)
    expect(() => post(full, sign)).toThrow(expect.objectContaining({ code: 'amount_out_of_range' }))
  })

  test('that is new starts at zero, and is written as new with what was entered on it', async () => {
    const journal = new Journal(now)
    for (const wrong of [receivable(idOf(1), 0n), receivable(idOf(1), 1n, { version: 0n })]) {
      expect(() => journal.openReceivable(wrong)).toThrow('a new receivable starts at zero')
    }
    const one = receivable(idOf(1), 0n, { version: 0n, account_id: null, kind: 'customer', external_reference: 'R1' })
    journal.openReceivable(one)
    const transaction = journal.open({ ...payment, kind: 'opening_balance' })
    journal.postToReceivable(transaction, one, 40n)
    journal.postToSystemAccount(transaction, 'opening_balances', 'ZAR', -40n)
    const { statements } = await written(journal)
    expect(statements.map(({ name }) => name)).toEqual([
      'hold-books',
      'open-receivables',
      'write-transactions',
      'write-entries',
    ])
    const customer = idOf(0xc1)
    expect(statements[1]?.rows).toEqual([
      [idOf(1), 7, 3, 40n, 1n, null, 'customer', customer, null, 'ZAR', 'R1', null, now.toISOString()],
    ])
  })

  test('of a bill that is new is written with its account, its status and since when it is owed', async () => {
    const journal = new Journal(now)
    const one = bill(idOf(1), 0n, { version: 0n, account_id: idOf(2), external_reference: 'B1' })
    journal.openReceivable(one)
    const recording = await written(journal)
    expect(recording.statements).toEqual([
      {
        name: 'open-receivables',
        rows: [
          [
            ...[idOf(1), 7, 3, 0n, 0n, 'unpaid', 'bill', idOf(0xc1), idOf(2), 'ZAR', 'B1'],
            ...[before.toISOString(), null],
          ],
        ],
        others: [],
      },
    ])
  })
})

describe('a bill', () => {
  test('is paid when nothing is owed, and unpaid again when something is', () => {
    const one = bill(idOf(1), 50n)
    post(one, -49n)
    expect(one).toMatchObject({ balance: 1n, status: 'unpaid' })
    post(one, -1n)
    expect(one).toMatchObject({ balance: 0n, status: 'paid' })
    post(one, 1n)
    expect(one).toMatchObject({ balance: 1n, status: 'unpaid' })
  })

  test('never goes below zero, though another balance does', () => {
    expect(() => post(bill(idOf(1), 50n), -51n)).toThrow('a bill never goes below zero')
    const account = receivable(idOf(1), 50n)
    post(account, -51n)
    expect(account).toMatchObject({ balance: -1n, status: null })
  })

  test('is owed since the latest that was added to it, which lessens nothing', () => {
    const later = new Date(before.getTime() + 1)
    const one = bill(idOf(1), 50n)
    post(one, 5n, { effective_at: later })
    expect(one.owed_since).toEqual(later)
    post(one, 5n, { effective_at: before })
    expect(one.owed_since).toEqual(later)
    post(one, -5n, { effective_at: now })
    expect(one.owed_since).toEqual(later)
    expect(() => post(one, 0n, { effective_at: now })).toThrow('an entry has an amount')
    expect(one.owed_since).toEqual(later)
  })

  test('is lessened from when it is owed and not a millisecond before; something is added to it at any time', () => {
    const early = new Date(before.getTime() - 1)
    post(bill(idOf(1), 50n), -5n, { effective_at: before })
    expect(() => post(bill(idOf(1), 50n), -5n, { effective_at: early })).toThrow('a bill is lessened from when it is')
    post(bill(idOf(1), 50n), 5n, { effective_at: early })
    expect(() => post(bill(idOf(1), 50n, { owed_since: null }), 5n)).toThrow('of a bill it is known')
  })

  test('that is voided stays voided when its balance is posted to zero', async () => {
    const one = bill(idOf(1), 50n)
    const journal = new Journal(now)
    journal.voidReceivable(one)
    const transaction = journal.open({ ...payment, kind: 'bill_voided' })
    journal.postToReceivable(transaction, one, -50n)
    journal.postToSystemAccount(transaction, 'sales', 'ZAR', 50n)
    expect(one).toMatchObject({ balance: 0n, status: 'voided' })
    const recording = await written(journal)
    expect(recording.rows('update-receivables')).toEqual([
      [idOf(1), 7, 3, 'ZAR', 50n, 4n, 'unpaid', 0n, 5n, 'voided', before.toISOString()],
    ])
    expect(() => journal.voidReceivable(receivable(idOf(1), 0n))).toThrow('only a bill is voided')
  })

  test('that is voided without an entry is written as well', async () => {
    const journal = new Journal(now)
    journal.voidReceivable(bill(idOf(1), 0n, { status: 'paid' }))
    const { statements } = await written(journal)
    expect(statements).toEqual([
      {
        name: 'update-receivables',
        rows: [[idOf(1), 7, 3, 'ZAR', 0n, 4n, 'paid', 0n, 4n, 'voided', before.toISOString()]],
        others: [now, 1],
      },
    ])
  })
})

describe('what decisions depend on', () => {
  test('is held as it was read, though only part of it is changed, in the order of the ids', async () => {
    const [one, two, three] = [3, 1, 2].map((number) => receivable(idOf(number), 10n)) as [Receivable, ...Receivable[]]
    const journal = post(one, -4n)
    journal.expectUnchanged([two as Receivable, one, three as Receivable])
    expect([...journal.snapshots]).toEqual([one, two, three])
    const recording = await written(journal)
    const row = (number: number) => [idOf(number), 7, 3, 'ZAR', 10n, 4n, null]
    expect(recording.of('hold-receivables')).toEqual([
      { name: 'hold-receivables', rows: [row(1), row(2), row(3)], others: [3] },
    ])
    expect(recording.of('update-receivables')).toEqual([
      { name: 'update-receivables', rows: [[...row(3), 6n, 5n, null, null]], others: [now, 1] },
    ])
  })

  test('is held for each shard by itself where tables are spread', async () => {
    const journal = new Journal(now)
    journal.expectUnchanged([
      receivable(idOf(2), 10n, { bucket: 9 }),
      receivable(idOf(3), 10n, { bucket: 8 }),
      receivable(idOf(1), 10n, { bucket: 9 }),
    ])
    const recording = await written(journal, (bucket) => bucket)
    expect(recording.statements.map(({ rows, others }) => [rows.map(([id]) => id), others])).toEqual([
      [[idOf(3)], [1]],
      [[idOf(1), idOf(2)], [2]],
    ])
  })

  test('is not held beside a balance that is new, which nobody else has read', async () => {
    const journal = new Journal(now)
    const one = receivable(idOf(1), 0n, { version: 0n })
    journal.openReceivable(one)
    journal.expectUnchanged([one])
    const recording = await written(journal)
    expect(recording.statements.map(({ name }) => name)).toEqual(['open-receivables'])
  })

  test('is nothing where nothing was entered', async () => {
    expect((await written(new Journal(now))).statements).toEqual([])
  })

  test('holds the books of each environment once', async () => {
    const journal = new Journal(now)
    for (const environment_id of [3, 4, 3]) journal.open({ ...payment, environment_id })
    expect((await written(journal)).rows('hold-books')).toEqual([[3], [4]])
  })
})

describe('objects are unarchived', () => {
  const reopened = async (journal: Journal) => (await written(journal)).rows('unarchive-objects').map(([id]) => id)

  test('when something is owed or in credit again on their balance, by who entered it first', async () => {
    const journal = post(receivable(idOf(1), 0n), -4n, { actor: 'key:first' as never, request_id: 'req_first' })
    const transaction = journal.open(payment)
    const two = bill(idOf(2), 0n, { account_id: idOf(3), status: 'paid' })
    journal.postToReceivable(transaction, two, 4n)
    journal.postToSystemAccount(transaction, 'sales', 'ZAR', -4n)
    const rows = (await written(journal)).rows('unarchive-objects')
    expect(rows.map((row) => row.slice(0, 5))).toEqual(
      [idOf(0xc1), idOf(1), idOf(3), idOf(2)].map((id) => [id, 7, 3, 'key:first', 'req_first']),
    )
    expect(rows.map((row) => row.at(-1))).toEqual([null, null, null, null])
  })

  test('not when something was owed before, when nothing is afterwards, or when the balance is new', async () => {
    expect(await reopened(post(receivable(idOf(1), 5n), -4n))).toEqual([])
    expect(await reopened(post(receivable(idOf(1), 5n), -5n))).toEqual([])
    const journal = new Journal(now)
    journal.open(payment)
    journal.expectUnchanged([receivable(idOf(1), 0n)])
    const one = receivable(idOf(2), 0n, { version: 0n })
    journal.openReceivable(one)
    const transaction = journal.open(payment)
    journal.postToReceivable(transaction, one, 4n)
    journal.postToSystemAccount(transaction, 'sales', 'ZAR', -4n)
    expect(await reopened(journal)).toEqual([])
  })

  test('when the balance that was zero was moved from outside, only with a transaction', async () => {
    const journal = new Journal(now)
    const one = receivable(idOf(1), 0n)
    journal.expectUnchanged([one])
    one.balance = 5n
    expect(await reopened(journal)).toEqual([])
    journal.open(payment)
    expect(await reopened(journal)).toEqual([idOf(0xc1), idOf(1)])
  })
})

describe('a bill that was paid here', () => {
  const expected = async (journal: Journal) => {
    const recording = new Recording()
    await journal.expectBills(recording)
    return recording.statements
  }

  test('is expected to have the version that was read', async () => {
    expect(await expected(post(bill(idOf(1), 50n), -50n))).toEqual([
      { name: 'expect-bills', rows: [[idOf(1), 7, 3, 8n]], others: [1] },
    ])
  })

  test.each([
    ['that is not paid', () => post(bill(idOf(1), 50n), -49n)],
    ['that was paid before', () => post(bill(idOf(1), 0n, { status: 'paid' }), 1n)],
    ['that was not read', () => post(bill(idOf(1), 50n, { bill_version: null }), -50n)],
    ['that is none', () => post(receivable(idOf(1), 50n), -50n)],
  ])('but not one %s', async (_, journal) => {
    expect(await expected(journal())).toEqual([])
  })

  test('but not one that was paid when it was read and still is', async () => {
    const journal = new Journal(now)
    journal.expectUnchanged([bill(idOf(1), 0n, { status: 'paid' })])
    expect(await expected(journal)).toEqual([])
  })
})

test('whatever is posted: each balance is the one it had and its entries, one version for each', async () => {
  const amount = fc.bigInt({ min: -1_000n, max: 1_000n }).filter((one) => one !== 0n)
  const postings = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), amount), { minLength: 1, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(postings, async (list) => {
      const journal = new Journal(now)
      const balances = [0, 1, 2, 3].map((number) => receivable(idOf(number), BigInt(number) * 7n))
      for (const [index, one] of list) {
        const transaction = journal.open(payment)
        journal.postToReceivable(transaction, balances[index] as Receivable, one)
        journal.postToSystemAccount(transaction, 'adjustments', 'ZAR', -one)
      }
      const recording = await written(journal)
      for (const [number, { id, balance, version }] of balances.entries()) {
        const mine = recording.rows('write-entries').filter(([, , , , owner]) => owner === id)
        let before = BigInt(number) * 7n
        for (const [place, row] of mine.entries()) {
          const [entered, at, after] = row.slice(7) as [bigint, bigint, bigint]
          expect([at, after]).toEqual([5n + BigInt(place), before + entered])
          before = after
        }
        expect([balance, version]).toEqual([before, 4n + BigInt(mine.length)])
      }
      const updated = recording.rows('update-receivables').map(([id]) => id)
      expect(updated).toEqual([...new Set(list.map(([index]) => idOf(index)))].sort())
    }),
    { seed: seedOf('SEED') },
  )
})
