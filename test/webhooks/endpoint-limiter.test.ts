import { describe, expect, test } from 'vitest'
import { EndpointLimiter } from '../../src/webhooks/delivery/endpoint-limiter.ts'

const quick = 1
const slow = 1500

/** Offers items to an endpoint and gives the decisions. */
function offer(limiter: EndpointLimiter<string>, endpoint: string, count: number) {
  return Array.from({ length: count }, (_, index) => limiter.offer(endpoint, `${endpoint}${index}`))
}

/** Lets an endpoint take `count` items quickly, one after the other, so that its limit has grown. */
function prove(limiter: EndpointLimiter<string>, endpoint: string, count = 6) {
  for (let round = 0; round < count; round++) {
    expect(limiter.offer(endpoint, 'proof')).toBe('send')
    limiter.finish(endpoint, true, 0, quick)
  }
}

describe('one endpoint', () => {
  test('begins with one in flight, and twice as many with each success, up to 64', () => {
    const limiter = new EndpointLimiter<string>()
    expect(offer(limiter, 'a', 3)).toEqual(['send', 'wait', 'wait'])
    expect(limiter.takeReady()).toEqual([])
    limiter.finish('a', true, 0, quick)
    expect(limiter.takeReady()).toEqual(['a1', 'a2'])
    limiter.finish('a', true, 0, quick)
    limiter.finish('a', true, 0, quick)
    prove(limiter, 'a', 10)
    expect(offer(limiter, 'a', 100).filter((decision) => decision === 'send')).toHaveLength(64)
    expect(limiter.waiting).toBe(36)
  })

  test('stays trusted when one of many attempts fails or hangs', () => {
    const limiter = new EndpointLimiter<string>()
    prove(limiter, 'a')
    offer(limiter, 'a', 3)
    limiter.finish('a', false, 10, 11)
    limiter.finish('a', true, 10, 20)
    limiter.markSlow('a', 10)
    expect(offer(limiter, 'a', 100)).not.toContain('reschedule')
  })

  test('is unhealthy after five failures in a row, and until it takes an event soon', () => {
    const limiter = new EndpointLimiter<string>()
    for (let failure = 1; failure <= 5; failure++) {
      expect(limiter.offer('a', 'item')).toBe('send')
      limiter.finish('a', false, 0, quick)
      expect(limiter.failures('a')).toBe(failure)
    }
    expect(offer(limiter, 'a', 2)).toEqual(['send', 'reschedule'])
    limiter.finish('a', true, 0, slow)
    expect(offer(limiter, 'a', 3)).toEqual(['send', 'send', 'reschedule'])
    limiter.finish('a', true, 0, quick)
    expect(offer(limiter, 'a', 5)).not.toContain('reschedule')
  })

  test('is unhealthy when an attempt hangs, and what waited for it is put off', () => {
    const limiter = new EndpointLimiter<string>()
    prove(limiter, 'a')
    offer(limiter, 'a', 70)
    expect(limiter.takeRescheduled()).toEqual([])
    limiter.markSlow('a', 10)
    expect(limiter.takeRescheduled()).toHaveLength(6)
    expect(limiter.waiting).toBe(0)
    expect(limiter.takeReady()).toEqual([])
  })
})

describe('many endpoints', () => {
  test('a thousand that hang leave all the room to those that answer', () => {
    const limiter = new EndpointLimiter<string>()
    prove(limiter, 'healthy')
    for (let dead = 0; dead < 1000; dead++) {
      if (limiter.offer(`dead${dead}`, 'item') === 'send') limiter.markSlow(`dead${dead}`, 0)
    }
    limiter.takeRescheduled()
    for (let healthy = 0; healthy < 4; healthy++) {
      prove(limiter, `healthy${healthy}`)
      expect(new Set(offer(limiter, `healthy${healthy}`, 64))).toEqual(new Set(['send']))
    }
  })

  test('take turns when there is no room for all', () => {
    const limiter = new EndpointLimiter<string>()
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    for (const name of names) prove(limiter, name)
    for (const name of names.slice(0, 4)) offer(limiter, name, 64)
    offer(limiter, 'e', 10)
    offer(limiter, 'f', 10)
    for (let place = 0; place < 4; place++) limiter.finish('a', true, 0, quick)
    expect(limiter.takeReady()).toEqual(['e0', 'f0', 'e1', 'f1'])
  })

  test('those that wait are all given back at the end', () => {
    const limiter = new EndpointLimiter<string>()
    offer(limiter, 'a', 3)
    offer(limiter, 'b', 2)
    expect(limiter.takeRescheduled(true).sort()).toEqual(['a1', 'a2', 'b1'])
    expect(limiter.waiting).toBe(0)
  })

  test('no more than 10,000 are remembered', () => {
    const limiter = new EndpointLimiter<string>()
    offer(limiter, 'busy', 1)
    for (let endpoint = 0; endpoint < 10_000; endpoint++) prove(limiter, `e${endpoint}`, 1)
    expect(offer(limiter, 'busy', 1)).toEqual(['wait'])
    expect(offer(limiter, 'e9999', 2)).toEqual(['send', 'send'])
    expect(offer(limiter, 'e0', 2)).toEqual(['send', 'wait'])
  })
})

test('what is put off for an endpoint comes back no faster than 200 a second, however much it is', () => {
  const limiter = new EndpointLimiter<number>()
  const now = new Date()
  const due = new Date(now.getTime() + 300_000)
  const waits = Array.from({ length: 100_000 }, () => limiter.putOff('dead', now, due).getTime() - now.getTime())
  expect(new Set(waits.slice(0, 60_000))).toEqual(new Set([300_000]))
  expect(waits.at(-1)).toBe(500_000)
  // Those of another endpoint do not wait for them, and a pause and its end begin anew.
  expect(limiter.putOff('other', now, due)).toEqual(due)
  limiter.restart('dead')
  expect(limiter.putOff('dead', now, due)).toEqual(due)
})
