import type { Act, DisputeAct } from './subject.ts'
import type { Trial } from './trial.ts'

/** What a case needs of an adapter and its maker; where it is missing the case does not apply. */
export type Need =
  | 'calls'
  | 'keys'
  | 'verify_key'
  | 'refusal'
  | 'request_id'
  | 'idempotent_open'
  | 'find'
  | 'close'
  | 'refund'
  | 'partial_refund'
  | 'callbacks'
  | 'say_another_amount'
  | 'name_events'
  | 'sign_the_time'
  | 'call_in_another_mode'
  | 'capture'
  | 'lapse'
  | 'disputes'
  | 'settlements'
  | 'settle_refunds'
  | Act
  | DisputeAct

/** A case: what holds of every adapter. It throws `Unmet` where it does not. */
export type Case = { id: string; title: string; needs?: readonly Need[]; run(trial: Trial): Promise<void> }

/** Why a case does not apply; undefined where it does. */
export function whyNot({ needs = [] }: Pick<Case, 'needs'>, trial: Trial): string | undefined {
  return needs.map((need) => missing(need, trial)).find((reason) => reason !== undefined)
}

function missing(need: Need, { subject: { kind }, stage, processor }: Trial): string | undefined {
  const { capabilities } = processor
  switch (need) {
    case 'calls':
      return stage.maker_url === undefined ? 'it makes no calls' : undefined
    case 'keys':
      return kind.secrets.length === 0 ? 'it has no key' : undefined
    case 'verify_key':
      return processor.verifyKey ? undefined : 'it has no verifyKey'
    case 'refusal':
      return stage.refusal ? undefined : 'its stage gives no refusal'
    case 'request_id':
      return stage.request_id_header === undefined ? 'its maker names no requests' : undefined
    case 'idempotent_open':
      return capabilities.open_is_idempotent ? undefined : 'opening is not idempotent'
    case 'find':
      return processor.find ? undefined : 'it has no find'
    case 'close':
      return capabilities.close ? undefined : 'it cannot close'
    case 'refund':
      return processor.refund ? undefined : 'it has no refunds'
    case 'partial_refund':
      return capabilities.refund === 'partial' ? undefined : 'it has no refunds of a part'
    case 'callbacks':
      return kind.calls_back ? undefined : 'it is not called back'
    case 'capture':
      return capabilities.capture === 'none' ? 'it captures nothing' : undefined
    case 'lapse':
      return stage.lapse ? undefined : 'its stage has no lapse'
    case 'disputes':
      return stage.dispute ? undefined : 'its stage has no disputes'
    case 'settlements':
      return capabilities.settlements ? undefined : 'it tells of no settlements'
    default:
      return stage.cannot?.[need]
  }
}
