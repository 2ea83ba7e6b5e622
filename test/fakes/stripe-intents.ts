type Json = Record<string, unknown>

/** What the stand-in knows of the PaymentIntent of a session that is captured by hand. */
export type FakeIntent = {
  id: string
  amount: number
  status: 'requires_capture' | 'succeeded' | 'canceled'
  received: number
  metadata: Json
  authorised_at_s: number
}

// Card schemes let go of what is not captured after a week.
const heldS = 7 * 86_400

/** The answer to a call about an intent, or the error that it gets. */
export type IntentAnswer = { body: Json } | { status: number; code: string }

/** The PaymentIntents that hold an amount: captured once, the rest is let go of with it, and all of it by the clock. */
export class FakeIntents {
  readonly all: FakeIntent[] = []
  /** Captures and cancels, and loses the answers. */
  lose_answers = false
  /** Refuses every capture and cancel, with this code. */
  refuses: string | undefined
  readonly #answers = new Map<string, { asked: string; answer: IntentAnswer }>()
  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
  }

  hold(id: string, amount: number): void {
    const authorised_at_s = Math.floor(this.#now().getTime() / 1_000)
    this.all.push({ id, amount, status: 'requires_capture', received: 0, metadata: {}, authorised_at_s })
  }

  /** The fields of the intent and of its charge that are other than those of one that is captured at once. */
  shownOf(id: string): { intent: Json; card: Json } | undefined {
    const intent = this.#find(id)
    if (!intent) return undefined
    const { status, amount, received: amount_received, metadata } = intent
    return {
      intent: { capture_method: 'manual', status, amount, amount_received, metadata },
      card: { capture_before: intent.authorised_at_s + heldS },
    }
  }

  /** `undefined` is no answer: the connection breaks. */
  call(id: string, action: string | undefined, sent: URLSearchParams, key: string): IntentAnswer | undefined {
    const intent = this.#find(id)
    if (!intent) return { status: 404, code: 'resource_missing' }
    if (action === undefined) return { body: this.#shown(intent) }
    const asked = `${id} ${action} ${[...sent].join('&')}`
    const before = this.#answers.get(key)
    if (before) return before.asked === asked ? before.answer : { status: 400, code: 'idempotency_key_in_use' }
    const answer = action === 'capture' ? this.#capture(intent, sent) : this.#cancel(intent)
    this.#answers.set(key, { asked, answer })
    return this.lose_answers ? undefined : answer
  }

  /** Stripe forgets keys after a day. */
  forgetKeys(): void {
    this.#answers.clear()
  }

  #find(id: string): FakeIntent | undefined {
    const intent = this.all.find((one) => one.id === id)
    const over = intent && (intent.authorised_at_s + heldS) * 1_000 <= this.#now().getTime()
    if (over && intent.status === 'requires_capture') intent.status = 'canceled'
    return intent
  }

  #capture(intent: FakeIntent, sent: URLSearchParams): IntentAnswer {
    const unknown = [...sent.keys()].find((name) => !/^(amount_to_capture|metadata\[\w+\])$/.test(name))
    if (unknown !== undefined) return { status: 400, code: 'parameter_unknown' }
    if (intent.status !== 'requires_capture') return { status: 400, code: 'payment_intent_unexpected_state' }
    if (this.refuses !== undefined) return { status: 400, code: this.refuses }
    const amount = Number(sent.get('amount_to_capture'))
    if (amount > intent.amount) return { status: 400, code: 'amount_too_large' }
    const metadata = { capture_key: sent.get('metadata[capture_key]') }
    Object.assign(intent, { status: 'succeeded', received: amount, metadata })
    return { body: this.#shown(intent) }
  }

  #cancel(intent: FakeIntent): IntentAnswer {
    if (intent.status !== 'requires_capture') return { status: 400, code: 'payment_intent_unexpected_state' }
    if (this.refuses !== undefined) return { status: 400, code: this.refuses }
    intent.status = 'canceled'
    return { body: this.#shown(intent) }
  }

  #shown({ id, amount, status, received, metadata }: FakeIntent): Json {
    return {
      id,
      object: 'payment_intent',
      capture_method: 'manual',
      amount,
      status,
      amount_received: received,
      metadata,
    }
  }
}
