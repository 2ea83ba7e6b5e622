import { describe, expect, test } from 'vitest'
import { Lanes } from '../../src/webhooks/delivery/endpoint-limiter.ts'

const quick = 1
const slow = 1500

/** Offers items to an endpoint and gives the decisions. */
function offer(lanes: Lanes<string>, endpoint: string, count: number) {
  return Array.from({ length: count }, (_, index) => lanes.offer(endpoint, `${endpoint}${index}`))
}

/** Lets an endpoint take `count` items quickly, one after the other, so that its limit has grown. */
function prove(lanes: Lanes<string>, endpoint: string, count = 6) {
  for (let round = 0; round < count; round++) {
    expect(lanes.offer(endpoint, 'proof')).toBe('send')
    lanes.finish(endpoint, true, 0, quick)
  }
}

describe('one endpoint', () => {
  test('begins with one in flight, and twice as many with each success, up to 64', () => {
    const lanes = new Lanes<string>()
    expect(offer(lanes, 'a', 3)).toEqual(['send', 'wait', 'wait'])
    expect(lanes.takeReady()).toEqual([])
    lanes.finish('a', true, 0, quick)
    expect(lanes.takeReady()).toEqual(['a1', 'a2'])
    lanes.finish('a', true, 0, quick)
    lanes.finish('a', true, 0, quick)
    prove(lanes, 'a', 10)
    expect(offer(lanes, 'a', 100).filter((decision) => decision === 'send')).toHaveLength(64)
    expect(lanes.waiting).toBe(36)
  })

  test('stays trusted when one of many attempts fails or hangs', () => {
    const lanes = new Lanes<string>()
    prove(lanes, 'a')
    offer(lanes, 'a', 3)
    lanes.finish('a', false, 10, 11)
    lanes.finish('a', true, 10, 20)
    lanes.doubt('a', 10)
    expect(offer(lanes, 'a', 100)).not.toContain('put off')
  })

  test('is suspect after five failures in a row, and until it takes an event soon', () => {
    const lanes = new Lanes<string>()
    for (let failure = 1; failure <= 5; failure++) {
      expect(lanes.offer('a', 'item')).toBe('send')
      lanes.finish('a', false, 0, quick)
      expect(lanes.failures('a')).toBe(failure)
    }
    expect(offer(lanes, 'a', 2)).toEqual(['send', 'put off'])
    lanes.finish('a', true, 0, slow)
    expect(offer(lanes, 'a', 3)).toEqual(['send', 'send', 'put off'])
    lanes.finish('a', true, 0, quick)
    expect(offer(lanes, 'a', 5)).not.toContain('put off')
  })

  test('is suspect when an attempt hangs, and what waited for it is put off', () => {
    const lanes = new Lanes<string>()
    prove(lanes, 'a')
    offer(lanes, 'a', 70)
    expect(lanes.takePutOff()).toEqual([])
    lanes.doubt('a', 10)
    expect(lanes.takePutOff()).toHaveLength(6)
    expect(lanes.waiting).toBe(0)
    expect(lanes.takeReady()).toEqual([])
  })
})

describe('many endpoints', () => {
  test('a thousand that hang leave all the room to those that answer', () => {
    const lanes = new Lanes<string>()
    prove(lanes, 'healthy')
    for (let dead = 0; dead < 1000; dead++) {
      if (lanes.offer(`dead${dead}`, 'item') === 'send') lanes.doubt(`dead${dead}`, 0)
    }
    lanes.takePutOff()
    for (let healthy = 0; healthy < 4; healthy++) {
      prove(lanes, `healthy${healthy}`)
      expect(new Set(offer(lanes, `healthy${healthy}`, 64))).toEqual(new Set(['send']))
    }
  })

  test('take turns when there is no room for all', () => {
    const lanes = new Lanes<string>()
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    for (const name of names) prove(lanes, name)
    for (const name of names.slice(0, 4)) offer(lanes, name, 64)
    offer(lanes, 'e', 10)
    offer(lanes, 'f', 10)
    for (let place = 0; place < 4; place++) lanes.finish('a', true, 0, quick)
    expect(lanes.takeReady()).toEqual(['e0', 'f0', 'e1', 'f1'])
  })

  test('those that wait are all given back at the end', () => {
    const lanes = new Lanes<string>()
    offer(lanes, 'a', 3)
    offer(lanes, 'b', 2)
    expect(lanes.takePutOff(true).sort()).toEqual(['a1', 'a2', 'b1'])
    expect(lanes.waiting).toBe(0)
  })

  test('no more than 10,000 are remembered', () => {
    const lanes = new Lanes<string>()
    offer(lanes, 'busy', 1)
    for (let endpoint = 0; endpoint < 10_000; endpoint++) prove(lanes, `e${endpoint}`, 1)
    expect(offer(lanes, 'busy', 1)).toEqual(['wait'])
    expect(offer(lanes, 'e9999', 2)).toEqual(['send', 'send'])
    expect(offer(lanes, 'e0', 2)).toEqual(['send', 'wait'])
  })
})
