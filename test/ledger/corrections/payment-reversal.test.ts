import { describe, expect, test } from 'vitest'
import { formatId } from '../../../src/core/id/id.ts'
import {
  coverLosses,
  findReversal,
  insertReversal,
  isTaken,
  listReversalParts,
  newReversal,
  reinstate,
  sumLosses,
  toldReversal,
} from '../../../src/ledger/corrections/payment-reversal.ts'
import { Recording } from '../recording.ts'
import { idOf, paymentSample } from '../samples.ts'
import { applicationSample, billSample, context, now, takenSample } from './corrected.ts'

const payment = paymentSample({ applied_amount: 100n })
const amounts = { unapplied: 1n, direct: 2n, suspense: 3n, transferred: 4n, uncovered: 5n }
const said = { reason: 'Chargeback.', processor_reference: 'dp_1' }
const bill = billSample(1, 0n)
const parts = [8, 9].map((number) => ({
  application: applicationSample(number, bill, 30n),
  receivable: bill,
  amount: BigInt(number),
}))
const taken = takenSample({ total: 27n, ...amounts, parts })

describe('a reversal', () => {
  test('is of all that was taken, with what was taken beyond what was left', () => {
    const reversal = newReversal(context, payment, taken, said)
    expect(reversal).toEqual({
      id: expect.stringMatching(/0007$/),
      payment_id: payment.id,
      amount: 32n,
      unapplied_amount: 1n,
      direct_amount: 2n,
      suspense_amount: 3n,
      transferred_amount: 4n,
      uncovered_amount: 5n,
      covered_amount: 0n,
      ...said,
      reinstatement_id: null,
      follows: null,
      created_at: now,
    })
    expect(newReversal(context, payment, taken, { ...said, follows: idOf(6) }).follows).toBe(idOf(6))
  })

  test('is written with each amount in its column', async () => {
    const recording = new Recording()
    const reversal = newReversal(context, payment, taken, { ...said, follows: idOf(6) })
    await insertReversal(recording, payment, reversal)
    const { id } = reversal
    const row = [id, 7, 3, payment.id, 32n, 1n, 'Chargeback.', now, 2n, 5n, 'dp_1', 3n, 4n, idOf(6)]
    expect(recording.statements).toEqual([{ name: 'insert-payment-reversal', rows: [], others: row }])
  })
})

describe('what is told of a reversal', () => {
  const told = {
    payment_id: formatId('payment', payment.id),
    currency: 'ZAR',
    reason: 'Chargeback.',
    created_at: now.toISOString(),
    object_version: 3,
  }
  const customer_id = formatId('customer', idOf(0xc1))
  const obligations = [8, 9].map((number) => ({ id: formatId('obligation', idOf(number)), amount: number }))

  test('is what it took of which obligation, and what is a loss', () => {
    const reversal = newReversal(context, payment, taken, said)
    const id = formatId('reversal', reversal.id)
    const data = { ...told, id, customer_id, amount: 32, unapplied_amount: 1, uncovered_amount: 5, obligations }
    expect(toldReversal({ payment, taken }, reversal, [])).toEqual(data)
  })

  test('is no customer and no loss where there is none', () => {
    const direct = { ...payment, customer_id: null }
    const little = takenSample({ total: 2n, direct: 2n })
    const reversal = newReversal(context, direct, little, said)
    const id = formatId('reversal', reversal.id)
    const data = { ...told, id, amount: 2, unapplied_amount: 0, obligations: [] }
    expect(toldReversal({ payment: direct, taken: little }, reversal, [])).toEqual(data)
  })

  test('is also what it took of payments that the money had become', () => {
    const other = paymentSample({ id: idOf(0xf2), customer_id: idOf(0xc2) })
    const fourth = { application: applicationSample(10, bill, 30n), receivable: bill, amount: 10n }
    const ofOther = takenSample({ total: 12n, unapplied: 2n, parts: [fourth] })
    const share = newReversal(context, other, ofOther, { ...said, processor_reference: null })
    const shares = [{ payment: other, taken: ofOther, reversal: share }]
    const reversal = newReversal(context, payment, taken, said)
    expect(toldReversal({ payment, taken }, reversal, shares)).toMatchObject({
      obligations: [...obligations, { id: formatId('obligation', idOf(10)), amount: 10 }],
      transferred: [
        {
          id: formatId('reversal', share.id),
          payment_id: formatId('payment', idOf(0xf2)),
          customer_id: formatId('customer', idOf(0xc2)),
          amount: 12,
          unapplied_amount: 2,
        },
      ],
    })
    const [first] = shares.map((one) => ({ ...one, payment: { ...other, customer_id: null } }))
    expect(() => toldReversal({ payment, taken }, reversal, first ? [first] : [])).toThrow(
      'money goes on to a customer',
    )
  })
})

describe('a reversal that is there', () => {
  // Answers with one row, and keeps what was asked.
  const answering = (row: object | undefined) => {
    const asked: unknown[] = []
    const query = async ({ name, values }: { name: string; values: unknown[] }) => {
      asked.push([name, ...values])
      return { rows: row === undefined ? [] : [row], rowCount: row === undefined ? 0 : 1 }
    }
    return { connection: { query } as never, asked }
  }

  test('is found by its payment, and has to be there', async () => {
    const { connection, asked } = answering({ id: idOf(5) })
    expect(await findReversal(connection, payment, idOf(5))).toEqual({ id: idOf(5) })
    expect(asked).toEqual([['find-reversal', 3, idOf(5), 7]])
    await expect(findReversal(answering(undefined).connection, payment, idOf(5))).rejects.toThrow('a reversal stays')
  })

  test('is known by what its processor calls it', async () => {
    const { connection, asked } = answering({})
    expect(await isTaken(connection, payment, 'dp_1')).toBe(true)
    expect(asked).toEqual([['find-reversal-by-processor', 3, payment.id, 7, 'dp_1']])
    expect(await isTaken(answering(undefined).connection, payment, 'dp_1')).toBe(false)
  })

  test('keeps by which transaction its money came back', async () => {
    const { connection, asked } = answering(undefined)
    await reinstate(connection, payment, idOf(5), idOf(6))
    expect(asked).toEqual([['reinstate-reversal', 3, idOf(5), 7, idOf(6)]])
  })

  test('says what it was taken from', async () => {
    const { connection, asked } = answering({ amount: 4n })
    expect(await listReversalParts(connection, payment, idOf(5))).toEqual([{ amount: 4n }])
    expect(asked).toEqual([['list-reversal-parts', 3, payment.id, 7, idOf(5)]])
  })

  test('has losses, which other money covers, but for its own', async () => {
    const { connection, asked } = answering({ amount: 4n })
    expect(await sumLosses(connection, payment)).toBe(4n)
    expect(await coverLosses(connection, payment, 9n)).toBe(4n)
    expect(await coverLosses(connection, payment, 9n, idOf(5))).toBe(4n)
    expect(asked).toEqual([
      ['sum-losses', 3, payment.id, 7],
      ['cover-losses', 3, payment.id, 7, 9n, null],
      ['cover-losses', 3, payment.id, 7, 9n, idOf(5)],
    ])
    const nothing = answering(undefined).connection
    expect([await sumLosses(nothing, payment), await coverLosses(nothing, payment, 9n)]).toEqual([0n, 0n])
  })
})
