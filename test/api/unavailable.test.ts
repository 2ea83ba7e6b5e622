import { expect, test } from 'vitest'
import { toProblem } from '../../src/api/problems.ts'
import { DeadlineExceeded, OutcomeUnknown } from '../../src/database/availability.ts'

const withCode = (code: string) => Object.assign(new Error('of PostgreSQL'), { code })

test.each([
  ['a silent connection', new DeadlineExceeded()],
  ['a refused connection', withCode('ECONNREFUSED')],
  ['a name that cannot be resolved now', withCode('EAI_AGAIN')],
  ['no connection in time', new Error('timeout exceeded when trying to connect')],
  ['a broken connection', withCode('08006')],
  ['a full disk', withCode('53100')],
  ['no memory', withCode('53200')],
  ['too many connections', withCode('53300')],
  ['a limit of the server', withCode('53400')],
  ['a cancelled statement', withCode('57014')],
  ['a shutdown', withCode('57P01')],
  ['a crash', withCode('57P02')],
  ['a start', withCode('57P03')],
  ['a failing disk', withCode('58030')],
  ['a standby', withCode('25006')],
  ['a transaction that was idle for too long', withCode('25P03')],
  ['a lock', withCode('55P03')],
  ['a conflict, again and again', withCode('40001')],
  ['a deadlock, again and again', withCode('40P01')],
])('%s is a 503 that says when to come again', (_what, error) => {
  expect(toProblem(error)).toMatchObject({ code: 'service_unavailable', status: 503, retryAfterS: 2 })
})

test('a commit that was not reported as done is told apart, since it may have been made', () => {
  const error = new OutcomeUnknown('the connection broke', withCode('08006'))
  expect(toProblem(error)).toMatchObject({ code: 'outcome_unknown', status: 503, retryAfterS: 2 })
})

test.each([
  ['a unique key', '23505'],
  ['a check', '23514'],
  ['a syntax error', '42601'],
  ['a right', '42501'],
  ['damaged data', 'XX001'],
  ['a failure inside PostgreSQL', 'XX000'],
])('%s is a 500: it does not pass by itself', (_what, code) => {
  expect(toProblem(withCode(code))).toMatchObject({ code: 'internal_error', status: 500 })
})
