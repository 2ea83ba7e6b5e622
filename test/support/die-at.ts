import { subscribe } from 'node:diagnostics_channel'
import pg from 'pg'

/*
 * Loaded into a server of a test before its own modules, it ends the process with signal 9 at the point that DIE_AT names:
 *
 *   before:STATEMENT       when the statement is about to be sent
 *   uncommitted:STATEMENT  when the commit of the transaction of the statement is about to be sent
 *   committed:STATEMENT    when that commit is confirmed, before anything is made of it
 *   channel:NAME           when something is published on a diagnostics channel, such as that a request was sent
 *
 * A statement is named as its file is. The points are the program's own steps, so it needs no code for them.
 */

const [moment, ...rest] = (process.env.DIE_AT ?? '').split(':')
const name = rest.join(':')

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  // The signal takes effect between two instructions, which may be some of the next ones.
  for (;;);
}

type Query = (this: object, ...sent: unknown[]) => unknown

if (moment === 'channel') subscribe(name, die)
else if (moment !== undefined) {
  const marked = new WeakSet<object>()
  const prototype = pg.Client.prototype as unknown as { query: Query }
  const original = prototype.query
  prototype.query = function query(...sent) {
    const { name: sentName = '' } = Object(sent[0]) as { name?: string }
    if (sentName.replace(/-[0-9a-f]{8}$/, '') === name) {
      if (moment === 'before') die()
      marked.add(this)
    }
    const isCommit = /^commit(?:-[0-9a-f]{8})?$/.test(sentName) && marked.has(this)
    if (isCommit && moment === 'uncommitted') die()
    const result = Reflect.apply(original, this, sent)
    return isCommit && moment === 'committed' ? (result as Promise<unknown>).then(die) : result
  }
}
