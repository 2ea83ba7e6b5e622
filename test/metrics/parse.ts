/** One value of a metric, as Prometheus takes it. */
export type Series = { name: string; labels: Record<string, string>; value: number }

type Family = { type: string; series: Series[] }

const metricName = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const help = new RegExp(`^# HELP (${metricName}) ((?:[^\\\\]|\\\\[\\\\n])+)$`)
const type = new RegExp(`^# TYPE (${metricName}) (counter|gauge|histogram)$`)
const sample = new RegExp(`^(${metricName})(?:\\{(.+)\\})? (-?\\d+(?:\\.\\d+)?(?:e[+-]\\d+)?|[+-]Inf|NaN)$`)
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y

/** Reads the text format as strictly as its description says, and throws for what breaks it. */
export function parseMetrics(text: string): Series[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const families = new Map<string, Family>()
  const lines = text.slice(0, -1).split('\n')
  let helped = ''
  let current = ''
  for (const line of lines) {
    const [, ofHelp] = help.exec(line) ?? []
    const [, ofType, kind = ''] = type.exec(line) ?? []
    if (ofHelp !== undefined) helped = ofHelp
    else if (ofType !== undefined) {
      if (ofType !== helped || families.has(ofType)) throw new Error(`no HELP before, or twice: ${line}`)
      families.set(ofType, { type: kind, series: [] })
      current = ofType
    } else take(line, current, families.get(current))
  }
  for (const [name, family] of families) check(name, family)
  return [...families.values()].flatMap(({ series }) => series)
}

function take(line: string, current: string, family: Family | undefined): void {
  const [, name = '', labels = '', value = ''] = sample.exec(line) ?? []
  const own = family?.type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => current + end) : [current]
  if (!family || !own.includes(name)) throw new Error(`not a sample of ${current}: ${line}`)
  const read = value.endsWith('Inf') ? Number(`${value}inity`) : Number(value)
  family.series.push({ name, labels: readLabels(labels, line), value: read })
}

function readLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {}
  label.lastIndex = 0
  while (label.lastIndex < text.length) {
    const [whole, name = '', value = ''] = label.exec(text) ?? []
    if (whole === undefined || name in labels) throw new Error(`labels: ${line}`)
    labels[name] = value
  }
  return labels
}

function check(name: string, { type: kind, series }: Family): void {
  const keys = series.map((one) => JSON.stringify([one.name, Object.entries(one.labels).sort()]))
  if (series.length === 0 || new Set(keys).size < keys.length) throw new Error(`${name} has no sample, or one twice`)
  if ((kind === 'counter') !== name.endsWith('_total')) throw new Error(`${name} is a ${kind}`)
  if (kind !== 'histogram') return
  const without = ({ labels: { le, ...rest } }: Series) => JSON.stringify(rest)
  for (const [of, parts] of Map.groupBy(series, without)) {
    const buckets = parts.filter((part) => part.name === `${name}_bucket`)
    const counts = buckets.map(({ value }) => value)
    const total = parts.find((part) => part.name === `${name}_count`)?.value
    const grows = counts.every((count, place) => place === 0 || count >= (counts[place - 1] as number))
    if (!grows || buckets.at(-1)?.labels.le !== '+Inf' || counts.at(-1) !== total) throw new Error(`${name} ${of}`)
  }
}
