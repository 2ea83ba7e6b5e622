import type { IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createAuthenticator } from '../../src/api/auth.ts'
import { authorize } from '../../src/api/authorize.ts'
import { createKeyLookup } from '../../src/api/key-lookup.ts'
import type { KeyUses } from '../../src/api/key-uses.ts'
import type { Operation } from '../../src/api/route.ts'
import { type KeyRights, keyHash, keyPrefix, type Scope, scopes } from '../../src/core/api-key.ts'
import { Problem } from '../../src/core/problem.ts'
import type { Queryable } from '../../src/database/pool.ts'

// How long was waited for what.
const pauses: number[] = []
vi.mock('node:timers/promises', async (original) => {
  const real = await original<typeof import('node:timers/promises')>()
  return {
    ...real,
    setTimeout(ms: number, ...rest: []) {
      pauses.push(ms)
      return real.setTimeout(ms, ...rest)
    },
  }
})

/*
 * What every request passes, without a database: the rows are given by hand, in the form of find-api-keys.sql. keys.test.ts and
 * scopes.test.ts are about the same against a server.
 */

type Row = {
  key_id: string
  kind: 'secret' | 'public'
  scopes: Scope[] | null
  expires_at: Date | null
  revoked_at: Date | null
}
const now = new Date('2026-03-01T12:00:00Z')
const sender = {} as Pick<IncomingMessage, 'socket' | 'headers'>

let rows: Map<string, Row>
let queries: string[][]
let counted: number
let takenBack: number
let noted: { id: string; at: Date }[]
let answering: Promise<unknown>
beforeEach(() => {
  rows = new Map()
  queries = []
  counted = 0
  takenBack = 0
  noted = []
  answering = Promise.resolve()
})

const pool: Queryable = {
  async query({ name, values }: { name?: string; values: unknown[] }) {
    expect(name).toBe('find-api-keys')
    const hashes = (values[0] as Buffer[]).map((hash) => hash.toString('base64'))
    queries.push(hashes)
    await answering
    const found = hashes.flatMap((hash) => {
      const row = rows.get(hash)
      return row ? [{ ...row, hash: Buffer.from(hash, 'base64'), id: 7, mode: 'test' }] : []
    })
    return { rows: found } as never
  },
} as Queryable

const failedKeys = {
  count() {
    counted += 1
    return undefined
  },
  takeBack() {
    takenBack += 1
  },
}

function keep(secret: string, row: Partial<Row> = {}): string {
  const whole: Row = {
    key_id: `id of ${secret}`,
    kind: 'secret',
    scopes: null,
    expires_at: null,
    revoked_at: null,
    ...row,
  }
  rows.set(keyHash(secret).toString('base64'), whole)
  return `Bearer ${secret}`
}

const newAuthenticator = (failed: typeof failedKeys | { count(): Promise<void>; takeBack(): void } = failedKeys) =>
  createAuthenticator(
    pool,
    { now: () => now },
    { note: (id: string, at: Date) => noted.push({ id, at }) } as unknown as KeyUses,
    failed,
  )

const code = (problem: Promise<unknown>) =>
  problem.then(
    () => 'none',
    (error) => (error as Problem).code,
  )

describe('who a request is from', () => {
  test('a key opens its environment, and its use is noted', async () => {
    const header = keep('sk_one', { scopes: ['read'] })
    const key = await newAuthenticator().authenticate(header, sender)
    expect(key).toEqual({
      id: 'id of sk_one',
      environment: { id: 7, mode: 'test' },
      actor: 'key:id of sk_one',
      kind: 'secret',
      scopes: ['read'],
      expires_at: null,
      revoked_at: null,
    })
    expect(noted).toEqual([{ id: 'id of sk_one', at: now }])
  })

  test.each(['Bearer sk_one', 'bearer sk_one', 'BEARER   sk_one', `Bearer ${'k'.repeat(200)}`])(
    '%s is a key',
    async (header) => {
      keep(header.split(/ +/)[1] as string)
      expect(await code(newAuthenticator().authenticate(header, sender))).toBe('none')
    },
  )

  test.each([
    undefined,
    '',
    'sk_one',
    'Bearer',
    'Bearer ',
    'Bearersk_one',
    'Basic sk_one',
    'Bearer sk_one ',
    ' Bearer sk_one',
    'Bearer sk_one sk_one',
    `Bearer ${'k'.repeat(201)}`,
  ])('%s is none, and counts', async (header) => {
    for (const secret of ['sk_one', '', 'k'.repeat(201)]) keep(secret)
    const authenticator = newAuthenticator()
    await expect(authenticator.authenticate(header, sender)).rejects.toMatchObject({
      code: 'unauthenticated',
      message: 'Send Authorization: Bearer and a secret key.',
    })
    expect([counted, queries]).toEqual([1, []])
  })

  test('a key that is not known is refused, and counts each time, but is looked up once', async () => {
    const authenticator = newAuthenticator()
    for (const count of [1, 2, 3]) {
      await expect(authenticator.authenticate('Bearer sk_two', sender)).rejects.toMatchObject({
        code: 'unauthenticated',
        message: 'The API key is not valid.',
      })
      expect(counted).toBe(count)
    }
    expect([queries.length, takenBack, noted]).toEqual([1, 0, []])
  })

  test('a key that is known is looked up once, counts at first and is taken back, and never again within the hour', async () => {
    const authenticator = newAuthenticator()
    const header = keep('sk_one')
    await authenticator.authenticate(header, sender)
    expect([queries.length, counted, takenBack]).toEqual([1, 1, 1])
    await authenticator.authenticate(header, sender)
    expect([queries.length, counted, takenBack, noted.length]).toEqual([1, 1, 1, 2])
    authenticator.forget()
    await authenticator.authenticate(header, sender)
    expect([queries.length, counted, takenBack]).toEqual([2, 1, 1])
  })

  test('a key that was not known is, after the settings have changed', async () => {
    const authenticator = newAuthenticator()
    expect(await code(authenticator.authenticate('Bearer sk_one', sender))).toBe('unauthenticated')
    keep('sk_one')
    expect(await code(authenticator.authenticate('Bearer sk_one', sender))).toBe('unauthenticated')
    authenticator.forget()
    expect(await code(authenticator.authenticate('Bearer sk_one', sender))).toBe('none')
  })

  test('what is known is looked up again after a second, and what has proven itself counts again after an hour', async () => {
    const clock = vi.spyOn(performance, 'now')
    try {
      const authenticator = newAuthenticator()
      const header = keep('sk_one')
      const at = async (ms: number) => {
        clock.mockReturnValue(ms)
        await authenticator.authenticate(header, sender)
        return [queries.length, counted]
      }
      expect([await at(0), await at(999), await at(1_000)]).toEqual([
        [1, 1],
        [1, 1],
        [2, 1],
      ])
      // Proven anew by each look-up.
      expect([await at(3_600_999), await at(7_200_999)]).toEqual([
        [3, 1],
        [4, 2],
      ])
      await expect(authenticator.authenticate('Bearer sk_none', sender)).rejects.toThrow()
      clock.mockReturnValue(7_201_998)
      await expect(authenticator.authenticate('Bearer sk_none', sender)).rejects.toThrow()
      expect(queries.length).toBe(5)
      clock.mockReturnValue(7_201_999)
      await expect(authenticator.authenticate('Bearer sk_none', sender)).rejects.toThrow()
      expect(queries.length).toBe(6)
    } finally {
      clock.mockRestore()
    }
  })

  test('whoever has guessed too often is told so before anything is looked up', async () => {
    const tooMany = { count: () => Promise.reject(new Problem('rate_limited', 'Too many.')), takeBack() {} }
    const authenticator = newAuthenticator(tooMany)
    expect(await code(authenticator.authenticate(keep('sk_one'), sender))).toBe('rate_limited')
    expect(await code(authenticator.authenticate(undefined, sender))).toBe('rate_limited')
    expect(queries).toEqual([])
  })

  test('a key that was revoked is refused, also before it expires, and its use is not noted', async () => {
    const header = keep('sk_one', { revoked_at: now, expires_at: new Date(0) })
    await expect(newAuthenticator().authenticate(header, sender)).rejects.toMatchObject({
      code: 'key_revoked',
      message: 'This key has been revoked.',
    })
    expect(noted).toEqual([])
  })

  test.each([
    [now.getTime() - 1, 'key_expired'],
    [now.getTime(), 'key_expired'],
    [now.getTime() + 1, 'none'],
  ])('a key that expires at %i is: %s', async (at, expected) => {
    const header = keep('sk_one', { expires_at: new Date(at) })
    expect(await code(newAuthenticator().authenticate(header, sender))).toBe(expected)
    expect(noted.length).toBe(expected === 'none' ? 1 : 0)
    if (expected === 'none') return
    await expect(newAuthenticator().authenticate(header, sender)).rejects.toThrow('This key has expired.')
  })
})

describe('what is asked for at once', () => {
  test('is looked up together', async () => {
    for (const secret of ['a', 'b']) keep(secret)
    const lookUp = createKeyLookup(pool)
    const hash = (secret: string) => keyHash(secret).toString('base64')
    const found = await Promise.all(['a', 'b', 'a', 'c'].map((secret) => lookUp(hash(secret))))
    expect(found.map((key) => key?.id)).toEqual(['id of a', 'id of b', 'id of a', undefined])
    expect(queries.map((one) => one.length)).toEqual([3])
  })

  test('goes into the next look-up while one is under way, and waits for that no longer than it may take', async () => {
    for (const secret of ['a', 'b', 'c']) keep(secret)
    const lookUp = createKeyLookup(pool)
    const hash = (secret: string) => keyHash(secret).toString('base64')
    const { promise, resolve } = Promise.withResolvers<void>()
    answering = promise
    const first = lookUp(hash('a'))
    await delay(5)
    const others = [lookUp(hash('b')), lookUp(hash('c'))]
    await delay(5)
    expect(queries.map((one) => one.length)).toEqual([1])
    await vi.waitFor(() => expect(queries.map((one) => one.length)).toEqual([1, 2]), { timeout: 1_000 })
    resolve()
    expect((await Promise.all([first, ...others])).map((key) => key?.id)).toEqual(['id of a', 'id of b', 'id of c'])
  })

  test('is looked up by itself after the one before has its answer', async () => {
    for (const secret of ['a', 'b']) keep(secret)
    const lookUp = createKeyLookup(pool)
    await lookUp(keyHash('a').toString('base64'))
    await lookUp(keyHash('b').toString('base64'))
    expect(queries.map((one) => one.length)).toEqual([1, 1])
  })

  test('waits a moment behind a key that is none, and not behind one that is', async () => {
    keep('a')
    const lookUp = createKeyLookup(pool)
    const pausesAfter = async (secret: string) => {
      pauses.length = 0
      await lookUp(keyHash(secret).toString('base64'))
      return [...pauses]
    }
    // 50 is how long one look-up waits for the one before at most.
    expect(await pausesAfter('a')).toEqual([50])
    expect(await pausesAfter('none')).toEqual([50, 10])
    const began = performance.now()
    expect(await pausesAfter('a')).toEqual([50])
    expect(performance.now() - began).toBeGreaterThanOrEqual(8)
  })

  test('is looked up after a failure', async () => {
    keep('a')
    const lookUp = createKeyLookup(pool)
    answering = Promise.reject(new Error('gone'))
    answering.catch(() => {})
    await expect(lookUp(keyHash('a').toString('base64'))).rejects.toThrow('gone')
    answering = Promise.resolve()
    expect((await lookUp(keyHash('a').toString('base64')))?.id).toBe('id of a')
  })
})

describe('what a key may do', () => {
  const operation = (scope: Scope, isPublic = false) =>
    ({ scope, public_body: isPublic ? {} : undefined }) as unknown as Pick<Operation, 'scope' | 'public_body'>
  const refusal = (key: KeyRights, asked: Pick<Operation, 'scope' | 'public_body'>) => {
    try {
      authorize(key, asked)
      return undefined
    } catch (error) {
      return [(error as Problem).code, (error as Problem).message]
    }
  }

  test.each(scopes)('a key of every scope may do what needs %s', (scope) => {
    expect(refusal({ kind: 'secret', scopes: null }, operation(scope))).toBe(undefined)
  })

  test.each(scopes)('a key with %s may do what needs it, and nothing else', (scope) => {
    for (const other of scopes) {
      const expected =
        scope === other
          ? undefined
          : ['insufficient_scope', `This needs a key with the scope ${other}. The key that was sent has: ${scope}.`]
      expect(refusal({ kind: 'secret', scopes: [scope] }, operation(other))).toEqual(expected)
    }
  })

  test('a refusal names all scopes of the key', () => {
    expect(refusal({ kind: 'secret', scopes: ['read', 'billing'] }, operation('keys'))?.[1]).toMatch(
      /has: read, billing\.$/,
    )
  })

  test('a public key may begin sessions, whatever it has, and nothing else', () => {
    for (const given of [null, [], [...scopes]]) {
      const key: KeyRights = { kind: 'public', scopes: given }
      expect(refusal(key, operation('payments', true))).toBe(undefined)
      expect(refusal(key, operation('payments'))).toEqual([
        'insufficient_scope',
        'A public key can only begin payment sessions: call this from a server, with a key of the scope payments.',
      ])
    }
  })
})

describe('how a key looks', () => {
  test.each<[KeyRights, 'test' | 'live', string]>([
    [{ kind: 'secret', scopes: null }, 'live', 'sk_'],
    [{ kind: 'secret', scopes: null }, 'test', 'sk_test_'],
    [{ kind: 'secret', scopes: [] }, 'live', 'rk_'],
    [{ kind: 'secret', scopes: ['read'] }, 'test', 'rk_test_'],
    [{ kind: 'public', scopes: [] }, 'live', 'pk_'],
    [{ kind: 'public', scopes: null }, 'test', 'pk_test_'],
  ])('%j in %s begins with %s', (rights, mode, prefix) => {
    expect(keyPrefix(rights, mode)).toBe(prefix)
  })

  test('a key with less than every scope is stored under another hash than it would have with all', () => {
    const hex = (secret: string) => keyHash(secret).toString('hex')
    // SHA-256 of the text itself, and with the label.
    expect(hex('sk_one')).toBe('53e18b103866961e1186aaa601e8a32ea37f8e9fedfcf797ac439705d001ccd3')
    expect(hex('ark_one')).toBe('9b8cf17b0e89caf5609061b079aef23e0d2f329fd0e714b6030b48b2ba37cfc5')
    expect(hex('rk_one')).toBe('b30abc79fadfd2a1478d3a64528d8b93591552aec97672eac147991c47c9c653')
    expect(hex('pk_one')).toBe('c75672aec3525513cb557582cfdcf2cbfbf4c7218f555937856a76826561ad5b')
  })
})
