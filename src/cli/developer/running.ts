import type { Api } from './api.ts'
import type { FeedNotes } from './feed.ts'

/** A signal that Ctrl-C or SIGTERM aborts. A second one ends the process at once. */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      process.once(name, () => process.exit(130))
      stopping.abort()
    })
  }
  return stopping.signal
}

/** Says on stderr, apart from the events, what comes between. */
export function feedNotes({ url }: Api): FeedNotes {
  return {
    onBreak: (reason) => say(`${reason} Trying again until it does.`),
    onBack: () => say(`${url} answers again; nothing was missed.`),
    onLost: (reason) => say(`What was written since the last time cannot all be read: ${reason}`),
  }
}

/** Writes a line to stderr. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
