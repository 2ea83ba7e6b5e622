import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Series } from './parse.ts'

export type Rule = { alert: string; expr: string; for_s: number }

const form =
  /^ {6}- alert: (\w+)\n {8}expr: (.+)\n {8}for: (\d+)m\n {8}labels: \{severity: (?:page|ticket)\}\n {8}annotations: \{summary: "[^"]+"\}\n/gm

/** The rules of the file. Everything behind its head has to be a rule. */
export function readRules(): Rule[] {
  const text = readFileSync(join(import.meta.dirname, '../../ops/alerts.yaml'), 'utf8')
  const [, body = ''] = text.split('    rules:\n')
  if (body.replaceAll(form, '') !== '') throw new Error(`not a rule: ${body.replaceAll(form, '')}`)
  return [...body.matchAll(form)].map(([, alert = '', expr = '', minutes]) => ({
    alert,
    expr,
    for_s: Number(minutes) * 60,
  }))
}

const expression = /^(increase\()?(\w+)(?:\{(.+?)\})?(?:\[(\d+)m\]\))? (==|>) ([\d.]+)$/

/** The name of the metric that a rule looks at. */
export function metricOf({ expr }: Rule): string {
  return expression.exec(expr)?.[2] ?? ''
}

/** Evaluates rules as Prometheus does, in the few forms that they have: a threshold over a metric or its increase, with `for`. */
export class Evaluator {
  readonly #rules: Rule[]
  readonly #seen: { at_s: number; series: Series[] }[] = []
  readonly #since = new Map<string, number>()

  constructor(rules: Rule[]) {
    this.#rules = rules
  }

  /** Takes what was scraped at a time, and gives the alerts that fire then. */
  firing(series: Series[], at_s: number): string[] {
    this.#seen.push({ at_s, series })
    return this.#rules.filter((rule) => this.#fires(rule, at_s)).map(({ alert }) => alert)
  }

  #fires({ alert, expr, for_s }: Rule, at_s: number): boolean {
    if (!this.#holds(expr, at_s)) {
      this.#since.delete(alert)
      return false
    }
    const since = this.#since.get(alert) ?? at_s
    this.#since.set(alert, since)
    return at_s - since >= for_s
  }

  #holds(expr: string, at_s: number): boolean {
    const [, increase, name, matchers, minutes, operator, number] = expression.exec(expr) ?? []
    if (name === undefined) throw new Error(`not a form that is known: ${expr}`)
    const wanted = [...(matchers ?? '').matchAll(/(\w+)="([^"]*)"/g)]
    const now = (this.#seen.at(-1)?.series ?? []).filter(
      (one) => one.name === name && wanted.every(([, label = '', value]) => one.labels[label] === value),
    )
    const from_s = at_s - Number(minutes) * 60
    const values = now.map((one) => (increase ? one.value - (this.#first(one, from_s) ?? one.value) : one.value))
    return values.some((value) => (operator === '>' ? value > Number(number) : value === Number(number)))
  }

  /** The value of a series at its first scrape in a range. */
  #first({ name, labels }: Series, from_s: number): number | undefined {
    const key = JSON.stringify(labels)
    const found = this.#seen
      .filter(({ at_s }) => at_s >= from_s)
      .map(({ series }) => series.find((one) => one.name === name && JSON.stringify(one.labels) === key))
    return found.find((one) => one !== undefined)?.value
  }
}
