import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from '../../api/fastify.ts'
import type { AppContext } from '../../context.ts'
import { holdsCardNumber } from '../../core/card-number.ts'
import { pageToken } from '../../core/page-link.ts'
import { Problem } from '../../core/problem.ts'
import { isOwnOrigin, readForm, sendForeign } from '../../html/form.ts'
import { askedParameter, voiceFor } from '../../html/language/choose.ts'
import type { Voice } from '../../html/language/voice.ts'
import { sendPage } from '../../html/send.ts'
import { withCarried } from '../carried.ts'
import { matchFact, metadataKeyOf } from './facts.ts'
import { guestPage } from './form-page.ts'
import {
  type AttemptLimit,
  countAttempt,
  findCandidates,
  findGuestEnvironment,
  type GuestEnvironment,
} from './store.ts'

const usableMs = 30 * 60_000
// Ten thousand ends of a phone number at ten a day take three years.
const perReference: AttemptLimit = { attempts: 10, within_s: 86_400 }
// A whole office or village may have one address. Whoever tries one number after the other hits the end of somebody's phone
// number once a week.
const perAddress: AttemptLimit = { attempts: 60, within_s: 3_600 }
// What is right and what is wrong differ by less than a millisecond, and this hides it besides.
const leastMs = 150

/** Which look-up is meant: a merchant's, and whether that of its test environment. */
export type GuestPlace = { slug: string; mode: 'test' | 'live' }

/** `GET /m/{slug}`: the form. Where there is no such merchant, or it has no look-up, the page is that of a dead link. */
export async function showGuestForm(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  place: GuestPlace,
): Promise<FastifyReply> {
  const environment = await openGuest(app, place)
  return sendPage(reply, guestPage(environment, voiceOf(request, environment)))
}

function voiceOf(request: FastifyRequest, { locale, languages }: GuestEnvironment): Voice {
  return voiceFor(request, { locale, languages, customer_locale: null })
}

async function openGuest(app: AppContext, { slug, mode }: GuestPlace): Promise<GuestEnvironment> {
  const known = /^[a-z0-9-]{1,63}$/.test(slug) && (await findGuestEnvironment(app.pool, slug, mode))
  if (!known) throw new Problem('not_found', 'There is no such look-up.')
  return known
}

/**
 * `POST /m/{slug}`: redirects to a page of what was found, which ends after 30 minutes. Whichever of the two was wrong, the
 * statements, their work and the answer are the same.
 */
export async function lookUpAsGuest(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  place: GuestPlace,
): Promise<FastifyReply> {
  if (!isOwnOrigin(app, request)) return sendForeign(request, reply)
  const environment = await openGuest(app, place)
  const voice = voiceOf(request, environment)
  const form = readForm(request)
  const typed = form.get('reference') ?? ''
  const asked = { reference: typed.replaceAll(/\s+/g, '').slice(0, 255), fact: (form.get('fact') ?? '').slice(0, 500) }
  const { address } = app.clientOf(request.raw)
  const [found] = await Promise.all([find(app, address, environment, asked), delay(leastMs)])
  if ('token' in found) {
    return reply.redirect(app.publicUrl() + withCarried(`/p/${found.token}`, askedParameter(voice)), 303)
  }
  if (found.retry_after_s !== undefined) reply.header('retry-after', String(found.retry_after_s))
  const reference = holdsCardNumber(typed) ? '' : typed.slice(0, 255)
  return sendPage(reply, guestPage(environment, voice, { reference, detail: voice.text.lookUp[found.fault] }), {
    status: found.retry_after_s === undefined ? 422 : 429,
  })
}

type Found = { token: string } | { fault: 'triedTooOften' | 'nothingFound'; retry_after_s?: number }

async function find(
  { pool, vault, clock }: AppContext,
  address: string,
  { id: environmentId, guest_lookup: { second_fact } }: GuestEnvironment,
  { reference, fact }: { reference: string; fact: string },
): Promise<Found> {
  const now = clock.now()
  const counted = (what: string, value: string) => vault.token('guest attempt', what, value)
  const beyond = await countAttempt(
    pool,
    environmentId,
    now,
    { subject: counted('address', address), limit: perAddress },
    { subject: counted('reference', reference), limit: perReference },
  )
  if (beyond) {
    return {
      fault: 'triedTooOften',
      retry_after_s: beyond.within_s,
    }
  }
  // What no reference can look like is looked for all the same, as one that there never is.
  const wanted = /^[a-zA-Z0-9_-]+$/.test(reference) ? reference : ''
  const candidates = await findCandidates(pool, environmentId, wanted, metadataKeyOf(second_fact), now)
  const match = matchFact(candidates, second_fact, fact)
  if (!match) return { fault: 'nothingFound' }
  const { kind, id, link_version } = match
  return { token: pageToken(vault, kind, id, link_version ?? 0, new Date(now.getTime() + usableMs)) }
}
