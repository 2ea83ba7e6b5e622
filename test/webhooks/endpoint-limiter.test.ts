import { describe, expect, test } from 'vitest'
import { EndpointLimiter } from '../../src/webhooks/delivery/endpoint-limiter.ts'
import type { EndpointLimits } from '../../src/webhooks/delivery/slots.ts'

const quick = 1
const slow = 1500

const item = (endpoint_id: string, event_id: string, limits: Partial<EndpointLimits> = {}) => ({
  endpoint_id,
  event_id,
  max_in_flight: null,
  rate_per_s: null,
  ...limits,
})
type Item = ReturnType<typeof item>
const taken = (items: Item[]) => items.map(({ event_id }) => event_id)

/** Offers items to an endpoint and gives the decisions. */
function offer(limiter: EndpointLimiter<Item>, endpoint: string, count: number) {
  return Array.from({ length: count }, (_, index) => limiter.offer(item(endpoint, `${endpoint}${index}`), 0))
}

/** Lets an endpoint take `count` items quickly, one after the other, so that its limit has grown. */
function prove(limiter: EndpointLimiter<Item>, endpoint: string, count = 6) {
  for (let round = 0; round < count; round++) {
    expect(limiter.offer(item(endpoint, 'proof'), 0)).toBe('send')
    limiter.finish(endpoint, true, 0, quick)
  }
}

describe('one endpoint', () => {
  test('begins with one in flight, and twice as many with each success, up to 64', () => {
    const limiter = new EndpointLimiter<Item>()
    expect(offer(limiter, 'a', 3)).toEqual(['send', 'wait', 'wait'])
    expect(limiter.takeReady()).toEqual([])
    limiter.finish('a', true, 0, quick)
    expect(taken(limiter.takeReady())).toEqual(['a1', 'a2'])
    limiter.finish('a', true, 0, quick)
    limiter.finish('a', true, 0, quick)
    prove(limiter, 'a', 10)
    expect(offer(limiter, 'a', 100).filter((decision) => decision === 'send')).toHaveLength(64)
    expect(limiter.waiting).toBe(36)
  })

  test('stays trusted when one of many attempts fails or hangs', () => {
    const limiter = new EndpointLimiter<Item>()
    prove(limiter, 'a')
    offer(limiter, 'a', 3)
    limiter.finish('a', false, 10, 11)
    limiter.finish('a', true, 10, 20)
    limiter.markSlow('a', 10)
    expect(offer(limiter, 'a', 100)).not.toContain('reschedule')
  })

  test('is unhealthy after five failures in a row, and until it takes an event soon', () => {
    const limiter = new EndpointLimiter<Item>()
    for (let failure = 1; failure <= 5; failure++) {
      expect(limiter.offer(item('a', 'item'), 0)).toBe('send')
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
    const limiter = new EndpointLimiter<Item>()
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
    const limiter = new EndpointLimiter<Item>()
    prove(limiter, 'healthy')
    for (let dead = 0; dead < 1000; dead++) {
      if (limiter.offer(item(`dead${dead}`, 'item'), 0) === 'send') limiter.markSlow(`dead${dead}`, 0)
    }
    limiter.takeRescheduled()
    for (let healthy = 0; healthy < 4; healthy++) {
      prove(limiter, `healthy${healthy}`)
      expect(new Set(offer(limiter, `healthy${healthy}`, 64))).toEqual(new Set(['send']))
    }
  })

  test('take turns when there is no room for all', () => {
    const limiter = new EndpointLimiter<Item>()
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    for (const name of names) prove(limiter, name)
    for (const name of names.slice(0, 4)) offer(limiter, name, 64)
    offer(limiter, 'e', 10)
    offer(limiter, 'f', 10)
    for (let place = 0; place < 4; place++) limiter.finish('a', true, 0, quick)
    expect(taken(limiter.takeReady())).toEqual(['e0', 'f0', 'e1', 'f1'])
  })

  test('those that wait are all given back at the end', () => {
    const limiter = new EndpointLimiter<Item>()
    offer(limiter, 'a', 3)
    offer(limiter, 'b', 2)
    expect(taken(limiter.takeRescheduled(true)).sort()).toEqual(['a1', 'a2', 'b1'])
    expect(limiter.waiting).toBe(0)
  })

  test('no more than 10,000 are remembered', () => {
    const limiter = new EndpointLimiter<Item>()
    offer(limiter, 'busy', 1)
    for (let endpoint = 0; endpoint < 10_000; endpoint++) prove(limiter, `e${endpoint}`, 1)
    expect(offer(limiter, 'busy', 1)).toEqual(['wait'])
    expect(offer(limiter, 'e9999', 2)).toEqual(['send', 'send'])
    expect(offer(limiter, 'e0', 2)).toEqual(['send', 'wait'])
  })
})

describe('an endpoint with limits of its own', () => {
  const id = (number: number) => String(number).padStart(6, '0')

  /** Offers again what was put off when its time has come, every 50 ms, and finishes each attempt after `takesMs`. */
  function simulate(limits: Partial<EndpointLimits>, count: number, until: number, takesMs: number) {
    const limiter = new EndpointLimiter<Item>()
    const due = Array.from({ length: count }, (_, index) => ({ at: 0, event_id: id(index), put_off: 0 }))
    const sent: { at: number; event_id: string; put_off: number }[] = []
    const running: number[] = []
    let inFlight = 0
    for (let now = 0; now <= until; now += 10) {
      const begin = (event_id: string, put_off: number) => {
        sent.push({ at: now, event_id, put_off })
        running.push(now + takesMs)
        inFlight = Math.max(inFlight, running.length)
      }
      while (running.length > 0 && (running[0] as number) <= now) {
        running.shift()
        limiter.finish('a', true, now - takesMs, now)
        for (const { event_id } of limiter.takeReady()) begin(event_id, 0)
      }
      if (now % 50 > 0) continue
      const ready = due.filter(({ at }) => at <= now).sort((one, other) => one.at - other.at)
      for (const one of ready) {
        const decision = limiter.offer(item('a', one.event_id, limits), now)
        if (typeof decision === 'object') {
          Object.assign(one, { at: decision.put_off_to, put_off: one.put_off + 1 })
          continue
        }
        due.splice(due.indexOf(one), 1)
        if (decision === 'send') begin(one.event_id, one.put_off)
      }
      if (now === until / 2) due.push({ at: now, event_id: id(count), put_off: 0 })
    }
    return { sent, inFlight, limiter, left: due }
  }

  test('puts off what exceeds its rate once, in order, and what is newer behind it', () => {
    const { sent, left } = simulate({ rate_per_s: 20 }, 200, 12_000, 5)
    expect(left).toEqual([])
    expect(sent.map(({ event_id }) => event_id)).toEqual(Array.from({ length: 201 }, (_, index) => id(index)))
    expect(Math.max(...sent.map(({ put_off }) => put_off))).toBe(1)
    for (const { at } of sent) {
      const within = sent.filter((one) => one.at >= at && one.at < at + 1_000)
      expect(within.length).toBeLessThanOrEqual(23)
    }
  })

  test('has no more in flight than it may, and nearly always as many while something waits', () => {
    const { sent, inFlight, left } = simulate({ max_in_flight: 2 }, 150, 10_000, 100)
    expect([inFlight, left.length]).toEqual([2, 0])
    expect(sent).toHaveLength(151)
    expect(sent.at(-2)?.at).toBeLessThan(8_500)
  })

  test('tells when the next slot comes, until none is to come', () => {
    const limiter = new EndpointLimiter<Item>()
    const limits = { rate_per_s: 2 }
    expect(limiter.offer(item('a', '1', limits), 1_000)).toBe('send')
    expect(limiter.nextSlot(1_000)).toBe(undefined)
    expect(limiter.offer(item('a', '2', limits), 1_000)).toEqual({ put_off_to: 1_500 })
    expect(limiter.offer(item('a', '3', limits), 1_100)).toEqual({ put_off_to: 2_000 })
    expect([1_200, 1_700, 2_000].map((now) => limiter.nextSlot(now))).toEqual([1_500, 2_000, undefined])
  })

  test('with other limits than before begins its slots anew, and is not held up by a clock that was set back', () => {
    const limiter = new EndpointLimiter<Item>()
    for (const event of ['1', '2', '3']) limiter.offer(item('a', event, { rate_per_s: 1 }), 100_000)
    limiter.finish('a', true, 0, quick)
    expect(limiter.offer(item('a', '4', { rate_per_s: 1 }), 100_000)).toEqual({ put_off_to: 103_000 })
    expect(limiter.offer(item('a', '5'), 100_000)).toBe('send')
    limiter.finish('a', true, 0, quick)
    expect(limiter.offer(item('a', '6', { rate_per_s: 1 }), 5_000)).toEqual({ put_off_to: 6_100 })
  })

  test('is paused and enabled without a rate that begins anew', () => {
    const limiter = new EndpointLimiter<Item>()
    expect(limiter.offer(item('a', '1', { rate_per_s: 1 }), 0)).toBe('send')
    limiter.finish('a', false, 0, quick)
    limiter.restart('a')
    expect(limiter.offer(item('a', '2', { rate_per_s: 1 }), 0)).toEqual({ put_off_to: 1_000 })
  })
})

test('what is put off for an endpoint comes back no faster than 200 a second, however much it is', () => {
  const limiter = new EndpointLimiter<Item>()
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
