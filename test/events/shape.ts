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
  if (whole.anyOf) collectForms(whole.anyOf, path, fields)
}

/** Several forms of one value: a field is always there when each form that has what holds it has it too. */
function collectForms(forms: EventSchema[], path: string, fields: EventShape): void {
  const shapes = forms.map((schema) => {
    const { [path]: _, ...form } = collected(schema, path)
    return form
  })
  for (const name of new Set(shapes.flatMap(Object.keys))) {
    const found = shapes.flatMap((shape) => shape[name] ?? [])
    const holder = name.slice(0, name.lastIndexOf('.'))
    const holding = shapes.filter((shape) => holder === path || shape[holder])
    const values = found.flatMap((one) => one.values ?? [])
    fields[name] ??= {
      type: joined(found.map((one) => one.type)),
      always: found.length === holding.length && found.every((one) => one.always),
      ...(found.every((one) => one.values) && { values: [...new Set(values)].sort() }),
    }
  }
}

function collected(schema: EventSchema, path: string): EventShape {
  const form: EventShape = {}
  collect(schema, path, true, form)
  return form
}

const joined = (types: string[]) => [...new Set(types)].sort().join(' or ')

function typeOf({ type, const: only, enum: some, format, anyOf }: EventSchema): string {
  if (type === undefined && anyOf) return joined(anyOf.map((one) => typeOf(resolved(one))))
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
