import { isIP } from 'node:net'
import { buildConnector } from 'undici'
import { type AddressGuard, AddressNotAllowed, portOf } from './address-guard.ts'

/**
 * Opens the sockets of outgoing HTTP, only to addresses that the guard lets through. An address that is written in the
 * URL is never looked up, so it is checked here.
 */
export function guardedConnector(guard: AddressGuard, timeout_ms: number): buildConnector.connector {
  const anywhere = buildConnector({ timeout: timeout_ms, allowH2: false })
  const checked = buildConnector({ timeout: timeout_ms, allowH2: false, lookup: guard.lookup })
  return (options, callback) => {
    const { hostname } = options
    if (guard.isNamed(hostname, portOf(options))) return anywhere(options, callback)
    if (isIP(hostname) !== 0 && !guard.isReachable(hostname)) {
      // Later, as a socket's own error would be: undici is still setting up this connection.
      setImmediate(callback, new AddressNotAllowed(`${hostname} may not be reached`), null)
      return
    }
    checked(options, callback)
  }
}
