import { z } from 'zod'
import { etagOf } from '../../api/etag.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import type { ShownLink } from '../../core/page-link.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import { idOrReference } from '../../shapes/primitives.ts'
import type { Rows } from './rows.ts'

/**
 * What rendering needs to know about the request: the address of pages, the environment, the time. Without the address no
 * link is shown: an event holds none.
 */
export type View = {
  app?: Pick<AppContext, 'vault' | 'publicUrl'>
  context: Pick<RequestContext, 'environment' | 'now'>
}

/** One of the three kinds of objects of Billing, and how the API shows it. */
export type Resource<Kind extends ReceivableKind, Shape extends z.ZodType> = {
  kind: Kind
  tag: string
  shape: Shape
  render(view: View, row: Rows[Kind]): z.input<Shape>
}

/** The path parameter of one object, named after its kind as the paths of the API name it. */
export function objectParams<Kind extends ReceivableKind>(kind: Kind): z.ZodType<Record<Kind, string>> {
  return z.object({ [kind]: idOrReference }) as unknown as z.ZodType<Record<Kind, string>>
}

/** The response that shows one object, with its ETag. */
export function respondObject<Kind extends ReceivableKind, Shape extends z.ZodType, Status extends number>(
  resource: Resource<Kind, Shape>,
  view: View,
  row: Rows[Kind],
  status: Status,
): { status: Status; body: z.input<Shape>; etag: string; link: ShownLink | undefined } {
  const body = resource.render(view, row)
  // Every kind shows it, but no type says so of all of them.
  const { presentment_url: url } = body as { presentment_url?: string }
  return { status, body, etag: etagOf(row), link: url === undefined ? undefined : { url, version: row.link_version } }
}
