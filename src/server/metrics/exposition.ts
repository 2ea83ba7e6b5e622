import type { Histogram } from '../../core/figures.ts'

type Labels = Readonly<Record<string, string>>

/** One value of a metric, and what tells it from its others. */
export type Sample = { labels?: Labels; value: number }

/** A text that Prometheus reads (text format 0.0.4), written metric by metric. */
export class Exposition {
  #text = ''

  /** A value that goes up and down. Nothing is written of a metric without samples. */
  gauge(name: string, help: string, ...samples: Sample[]): void {
    this.#write(name, 'gauge', help, samples)
  }

  /** A count that only grows, from the start of the process. */
  counter(name: string, help: string, ...samples: Sample[]): void {
    this.#write(name, 'counter', help, samples)
  }

  /** How values are distributed. */
  histogram(name: string, help: string, ...series: { labels?: Labels; values: Histogram }[]): void {
    if (series.length === 0) return
    this.#head(name, 'histogram', help)
    for (const { labels = {}, values } of series) {
      let count = 0
      values.counts.forEach((more, place) => {
        count += more
        this.#line(`${name}_bucket`, { ...labels, le: shown(values.bounds[place] ?? Number.POSITIVE_INFINITY) }, count)
      })
      this.#line(`${name}_sum`, labels, values.sum)
      this.#line(`${name}_count`, labels, count)
    }
  }

  /** All that was written. */
  toString(): string {
    return this.#text
  }

  #write(name: string, type: string, help: string, samples: Sample[]): void {
    if (samples.length === 0) return
    this.#head(name, type, help)
    for (const { labels = {}, value } of samples) this.#line(name, labels, value)
  }

  #head(name: string, type: string, help: string): void {
    this.#text += `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`
  }

  #line(name: string, labels: Labels, value: number): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
    this.#text += `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${shown(value)}\n`
  }
}

function shown(value: number): string {
  if (Number.isFinite(value)) return String(value)
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? '+Inf' : '-Inf'
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
