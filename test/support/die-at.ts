import { subscribe } from 'node:diagnostics_channel'
import pg from 'pg'

/*
 * Loaded into a server of a test before its own modules, it ends the process with signal 9 at the point that DIE_AT names:
 *
 *   before:STATEMENT       when the statement is about to be sent
 *   answered:STATEMENT     when it has its answer, before anything is made of it
 *   uncommitted:STATEMENT  when the commit of the transaction of the statement is about to be sent
 *   committed:STATEMENT    when that commit is confirmed, before anything is made of it
 *   channel:NAME           when something is published on a diagnostics channel, such as that a request was sent
 *
 * With DIE_FROM=request it does so only from the first request on that is no GET. A statement is named as its file is. The points are
 * the program's own steps, so it needs no code for them.
 */

let isArmed = process.env.DIE_FROM !== 'request'
if (!isArmed) {
  subscribe('http.server.request.start', (message) => {
    isArmed ||= (message as { request: { method?: string } }).request.method !== 'GET'
  })
}

const [moment, ...rest] = (process.env.DIE_AT ?? '').split(':')
const name = rest.join(':')

function die(): void {
  if (!isArmed) return
  process.kill(process.pid, 'SIGKILL')
  // The signal takes effect between two instructions, which may be some of the next ones.
  for (;;);
}

type Query = (this: object, ...sent: unknown[]) => unknown
type Done = (...results: unknown[]) => unknown

/** What has waited for an answer goes on only if this was not the point. */
const dyingBefore =
  (done: Done): Done =>
  (...results) => {
    die()
    return done(...results)
  }

if (moment === 'channel') subscribe(name, die)
else if (moment !== undefined) {
  const marked = new WeakSet<object>()
  const prototype = pg.Client.prototype as unknown as { query: Query }
  const original = prototype.query
  prototype.query = function query(...sent) {
    const { name: sentName = '' } = Object(sent[0]) as { name?: string }
    const isIt = sentName.replace(/-[0-9a-f]{8}$/, '') === name
    if (isIt && moment === 'before') die()
    if (isIt) marked.add(this)
    const isCommit = /^commit(?:-[0-9a-f]{8})?$/.test(sentName) && marked.has(this)
    if (isCommit && moment === 'uncommitted') die()
    if (!(moment === 'answered' ? isIt : isCommit && moment === 'committed')) return Reflect.apply(original, this, sent)
    const last = sent.at(-1)
    if (typeof last === 'function')
      return Reflect.apply(original, this, [...sent.slice(0, -1), dyingBefore(last as Done)])
    return (Reflect.apply(original, this, sent) as Promise<unknown>).then(dyingBefore((result) => result))
  }
}
