import { formatId, type Id } from '../../core/id/id.ts'

/** The path of the page of a transfer, below that of what it is to pay. */
export function transferPath(own: string, id: Id): string {
  return `${own}/transfers/${formatId('transfer_notice', id)}`
}
