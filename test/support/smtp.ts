import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A message as it was handed over: who it is from and to, its headers, and its parts, decoded. */
export type ReceivedMail = {
  from: string
  to: string
  headers: Map<string, string>
  parts: { type: string; content: Buffer }[]
}

/** What a mail server says to a command instead of what it would: `RCPT` to refuse an address, `DATA` to be unwell. */
export type SmtpAnswer = (command: string) => string | undefined

/** A mail server that keeps what it is given (RFC 5321). It breaks off when what is said to it is not as it should be. */
export async function smtpServer(answer: SmtpAnswer = () => undefined) {
  const received: ReceivedMail[] = []
  const sockets = new Set<Socket>()
  const server = createServer(async (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.write('220 test ESMTP\r\n')
    let unread = ''
    let from = ''
    let to = ''
    let inData = false
    for await (const chunk of socket) {
      unread += (chunk as Buffer).toString('latin1')
      for (let end = unread.indexOf(inData ? '\r\n.\r\n' : '\r\n'); end >= 0; ) {
        const text = unread.slice(0, end)
        unread = unread.slice(end + (inData ? 5 : 2))
        const verb: string = inData ? 'END' : (/^[A-Z]+/.exec(text)?.[0] ?? '')
        const said = answer(verb)
        if (verb === 'MAIL') from = /^MAIL FROM:<([^<>]+)>/.exec(text)?.[1] ?? ''
        if (verb === 'RCPT') to = /^RCPT TO:<([^<>]+)>/.exec(text)?.[1] ?? ''
        if (inData && said === undefined) received.push({ from, to, ...readMail(text.replaceAll('\r\n..', '\r\n.')) })
        inData = verb === 'DATA' && said === undefined && from !== '' && to !== ''
        const usual = {
          EHLO: '250 test',
          DATA: '354 go on',
          QUIT: '221 bye',
          MAIL: '250 ok',
          RCPT: '250 ok',
          END: '250 ok',
        }
        socket.write(`${said ?? usual[verb as keyof typeof usual] ?? '502 unknown'}\r\n`)
        if (verb === 'QUIT') socket.end()
        end = unread.indexOf(inData ? '\r\n.\r\n' : '\r\n')
      }
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function readMail(text: string): Pick<ReceivedMail, 'headers' | 'parts'> {
  const { headers, body } = split(text)
  return { headers, parts: partsOf(headers, body) }
}

function split(text: string) {
  const at = text.indexOf('\r\n\r\n')
  const unfolded = text.slice(0, at).replaceAll(/\r\n[ \t]/g, ' ')
  const lines = unfolded.split('\r\n').map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line] as const)
  const headers = new Map(lines.map(([name, line]) => [name, line.slice(name.length + 1).trim()]))
  return { headers, body: text.slice(at + 4) }
}

function partsOf(headers: Map<string, string>, body: string): ReceivedMail['parts'] {
  const type = headers.get('content-type') ?? ''
  const boundary = /boundary="([^"]+)"/.exec(type)?.[1]
  if (boundary !== undefined) {
    const inner = body.split(`--${boundary}`).slice(1, -1)
    return inner.map((one) => split(one.replace(/^\r\n/, ''))).flatMap((one) => partsOf(one.headers, one.body))
  }
  const encoding = headers.get('content-transfer-encoding')
  const quoted = (text: string) =>
    text.replaceAll('=\r\n', '').replaceAll(/=(\w\w)/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
  const content =
    encoding === 'base64'
      ? Buffer.from(body, 'base64')
      : Buffer.from(encoding === 'quoted-printable' ? quoted(body) : body, 'latin1')
  return [{ type: type.split(';')[0] ?? '', content }]
}
