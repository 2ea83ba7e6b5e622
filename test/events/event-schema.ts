import { openapi } from '../support/openapi.ts'

/** A schema of the document, as far as events use it. */
export type EventSchema = {
  $ref?: string
  allOf?: EventSchema[]
  anyOf?: EventSchema[]
  oneOf?: EventSchema[]
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  format?: string
  pattern?: string
  minimum?: number
  maximum?: number
  maxLength?: number
  maxItems?: number
  maxProperties?: number
  properties?: Record<string, EventSchema>
  required?: string[]
  items?: EventSchema
  additionalProperties?: EventSchema | boolean
}

/** The schema of the body of an event, as openapi.json has it. */
export function schemaOfEvent(type: string): EventSchema {
  const { schema } = openapi.webhooks[type]?.post.requestBody.content['application/json'] ?? {}
  return schema as EventSchema
}

/**
 * A schema without references, whose forms are in `anyOf` whatever they were in. What a reference is said with beside it, such as a
 * description, comes along.
 */
export function resolved(schema: EventSchema): EventSchema {
  const { $ref, allOf, oneOf, ...own } = schema
  const parts = [
    ...($ref === undefined ? [] : [openapi.components.schemas[$ref.split('/').at(-1) as string]]),
    ...(allOf ?? []),
  ]
  const forms = oneOf === undefined ? {} : { anyOf: oneOf }
  return Object.assign({}, ...parts.map((part) => resolved(part as EventSchema)), forms, own)
}
