import { type EventSchema, resolved, schemaOfEvent } from './event-schema.ts'

/** One field of an event: what it may be, and whether it is always there. */
export type FieldShape = { type: string; always: boolean; values?: string[] }
/** The fields of an event, by their path: `data.lines[].label`. */
export type EventShape = Record<string, FieldShape>

/** The shape of an event as it is published now. */
export function shapeOf(type: string): EventShape {
  const fields: EventShape = {}
  collect(schemaOfEvent(type), '', true, fields)
  return Object.fromEntries(Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1)))
}

function collect(schema: EventSchema, path: string, always: boolean, fields: EventShape): void {
  const whole = resolved(schema)
  if (path !== '') fields[path] = { type: typeOf(whole), always, ...valuesOf(whole) }
  const at = (name: string) => (path === '' ? name : `${path}.${name}`)
  for (const [name, member] of Object.entries(whole.properties ?? {})) {
    collect(member, at(name), whole.required?.includes(name) ?? false, fields)
  }
  if (whole.items) collect(whole.items, `${path}[]`, false, fields)
  if (typeof whole.additionalProperties === 'object') collect(whole.additionalProperties, at('*'), false, fields)
  for (const one of whole.anyOf ?? []) collectForm(one, path, fields)
}

/** One form of several: which of its fields are there depends on the form. */
function collectForm(schema: EventSchema, path: string, fields: EventShape): void {
  const form: EventShape = {}
  collect(schema, path, false, form)
  for (const [name, shape] of Object.entries(form)) if (name !== path) fields[name] ??= { ...shape, always: false }
}

function typeOf({ type, const: only, enum: some, format, anyOf }: EventSchema): string {
  if (type === undefined && anyOf)
    return anyOf
      .map((one) => typeOf(resolved(one)))
      .sort()
      .join(' or ')
  const plain = type ?? typeof (only ?? some?.[0])
  return [[plain].flat().sort().join(' or '), ...(format === undefined ? [] : [format])].join(' ')
}

function valuesOf({ const: only, enum: some }: EventSchema): Pick<FieldShape, 'values'> {
  const values = only === undefined ? some : [only]
  return values === undefined ? {} : { values: values.map(String).sort() }
}

/**
 * What of a shape that was published does not hold any more. Receivers may rely on each field that is there, on its type, and on
 * a field that is always there. New fields and new values of a list may come: receivers are told to expect them.
 */
export function faultsOfShape(published: EventShape, now: EventShape): string[] {
  return Object.entries(published).flatMap(([path, was]) => {
    const is = now[path]
    if (is === undefined) return [`${path} is gone`]
    const lost = was.values?.filter((value) => is.values !== undefined && !is.values.includes(value)) ?? []
    return [
      ...(is.type === was.type ? [] : [`${path} was ${was.type} and is ${is.type}`]),
      ...(was.always && !is.always ? [`${path} was always there and may be absent`] : []),
      ...(was.values === undefined && is.values !== undefined ? [`${path} took any value and takes few`] : []),
      ...lost.map((value) => `${path} is no longer ${value}`),
    ]
  })
}
