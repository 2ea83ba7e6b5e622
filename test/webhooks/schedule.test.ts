import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { readRetryAfter } from '../../src/net/retry-after.ts'
import { classify, rescheduleAfter } from '../../src/webhooks/delivery/schedule.ts'

const now = new Date('2030-01-01T00:00:00Z')
const none = { status_code: undefined, error: undefined, retry_after_s: undefined }
const retryWaitsS = readConfig({}).webhook_retry_waits_s
const lowest = { waits_s: retryWaitsS, random: () => 0 }
const highest = { waits_s: retryWaitsS, random: () => 1 }

/** Seconds from now until the next attempt; undefined when there is none. */
function waitS(result: Partial<typeof none> | object, number: number, random = lowest): number | undefined {
  const classification = classify({ ...none, ...result }, number, now, random)
  return classification.status === 'pending'
    ? (classification.next_attempt_at.getTime() - now.getTime()) / 1000
    : undefined
}

describe('the retry schedule', () => {
  test('is ten attempts over 75.6 hours', () => {
    expect(retryWaitsS).toHaveLength(10)
    expect(retryWaitsS.reduce((sum, wait) => sum + wait, 0) / 3600).toBeCloseTo(75.6, 1)
  })

  test.each([
    [1, 5],
    [2, 300],
    [3, 1800],
    [4, 7200],
    [5, 18_000],
    [6, 36_000],
    [7, 50_400],
    [8, 72_000],
    [9, 86_400],
    [10, undefined],
    [11, undefined],
  ])('after attempt %i fails waits %s seconds, and up to a tenth more', (number, expected) => {
    expect(waitS({ status_code: 500 }, number)).toBe(expected)
    const longest = expected === undefined ? undefined : Math.round(expected * 1100) / 1000
    expect(waitS({ status_code: 500 }, number, highest)).toBe(longest)
  })
})

describe('what an answer means', () => {
  test.each([
    [{ status_code: 200 }, 'delivered', false],
    [{ status_code: 204 }, 'delivered', false],
    [{ status_code: 299 }, 'delivered', false],
    [{ status_code: 200, error: 'timeout' }, 'pending', false],
    [{ error: 'connection refused' }, 'pending', false],
    [{ status_code: 199 }, 'pending', false],
    [{ status_code: 301 }, 'pending', false],
    [{ status_code: 302 }, 'pending', false],
    [{ status_code: 303 }, 'pending', false],
    [{ status_code: 307 }, 'pending', false],
    [{ status_code: 308 }, 'pending', false],
    [{ status_code: 400 }, 'pending', false],
    [{ status_code: 404 }, 'pending', false],
    [{ status_code: 410 }, 'pending', true],
    [{ status_code: 410, error: 'timeout' }, 'pending', true],
    [{ status_code: 429 }, 'pending', false],
    [{ status_code: 500 }, 'pending', false],
    [{ status_code: 502 }, 'pending', false],
    [{ status_code: 503 }, 'pending', false],
    [{ status_code: 504 }, 'pending', false],
  ])('%o: %s, endpoint gone: %s', (result, status, gone) => {
    expect(classify({ ...none, ...result }, 1, now, lowest)).toMatchObject({ status, gone })
  })

  test('a 410 never exhausts: the delivery waits for its endpoint, however often it was tried', () => {
    expect(classify({ ...none, status_code: 410 }, 10, now, lowest)).toMatchObject({ status: 'pending', gone: true })
  })

  test('the last attempt that fails exhausts the delivery, whatever Retry-After asks', () => {
    expect(classify({ ...none, status_code: 429, retry_after_s: 1 }, 10, now, lowest).status).toBe('exhausted')
  })

  test.each([
    [429, 60, 60],
    [502, 60, 60],
    [503, 60, 60],
    [504, 60, 60],
    [500, 60, 5],
    [429, 1, 5],
    [429, 0, 5],
    [429, 7 * 86_400, 86_400],
  ])('%i with Retry-After %i waits %i seconds', (status_code, retry_after_s, expected) => {
    expect(waitS({ status_code, retry_after_s }, 1)).toBe(expected)
  })
})

describe('Retry-After', () => {
  test.each([
    ['120', 120],
    [' 0 ', 0],
    ['Tue, 01 Jan 2030 00:02:00 GMT', 120],
    ['Tuesday, 01-Jan-30 00:02:00 GMT', 120],
    ['Mon, 31 Dec 2029 00:00:00 GMT', 0],
    ['1.5', undefined],
    ['-1', undefined],
    ['soon', undefined],
    ['Soon', undefined],
    ['', undefined],
    ['99999999999', undefined],
  ])('"%s" is %s seconds', (header, expected) => {
    expect(readRetryAfter(header, now)).toBe(expected)
  })
})

test('what an endpoint cannot take now is put off for longer with each failure, up to five minutes', () => {
  const waits = [0, 1, 2, 6, 100].map(
    (failures) => (rescheduleAfter(failures, now, () => 0.5).getTime() - now.getTime()) / 1000,
  )
  expect(waits).toEqual([5, 10, 20, 300, 300])
  expect(rescheduleAfter(0, now, lowest.random).getTime() - now.getTime()).toBe(2500)
  expect(rescheduleAfter(0, now, highest.random).getTime() - now.getTime()).toBe(7500)
})
