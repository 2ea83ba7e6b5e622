/**
 * Why a processor did not do what it was asked. `unknown`: it may have, for its answer was lost or says nothing. `refused`: it
 * did not. `key_refused`: nor will it, until the merchant gives another key. The message holds nothing of a body.
 */
export class ProcessorFault extends Error {
  readonly kind: 'unknown' | 'refused' | 'key_refused'
  /** The processor's id of the request. */
  readonly request_id: string | undefined
  /** The processor's own word for why. */
  readonly code: string | undefined

  constructor(kind: ProcessorFault['kind'], message: string, request_id?: string, code?: string) {
    super(message)
    this.kind = kind
    this.request_id = request_id
    this.code = code
  }
}

/** Looks for something that may have been done before. That looking is refused says nothing of that, so it is `unknown`. */
export async function lookingFor<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look()
  } catch (error) {
    const isRefused = error instanceof ProcessorFault && error.kind === 'refused'
    throw isRefused ? new ProcessorFault('unknown', error.message, error.request_id, error.code) : error
  }
}

/** A callback that is not the processor's, or is too old to be believed. */
export class CallbackRefused extends Error {}
