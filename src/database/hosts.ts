import { ConfigError } from '../config.ts'

/** One PostgreSQL server of an address that names several, and the address of it alone. */
export type DatabaseHost = { name: string; connectionString: string }

const shape = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#]*)([^#]*)$/
const hostShape = /^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i
const targetSession = /([?&])target_session_attrs=([^&]*)(&|$)/

/**
 * Reads the hosts of an address in the form that libpq has for several: `postgresql://user:password@db1:5432,db2:5432/name`. Throws
 * ConfigError for what libpq would take and this program does not; the message repeats nothing of the address.
 */
export function readHosts(url: string): DatabaseHost[] {
  const [matched, head = '', list = '', rest = ''] = shape.exec(url) ?? []
  // It is malformed, and whoever connects says so.
  if (matched === undefined) return [{ name: '', connectionString: url }]
  const [found, before, wanted = '', behind] = targetSession.exec(rest) ?? []
  if (found !== undefined && wanted !== 'read-write' && wanted !== 'primary') {
    throw new ConfigError('DATABASE_URL should have target_session_attrs=read-write, or none: the server writes.')
  }
  if (/[?&]host=[^&]*(,|%2c)/i.test(rest)) {
    throw new ConfigError(
      'DATABASE_URL should name several hosts before the database, such as @db1:5432,db2:5432/name.',
    )
  }
  const tail = found === undefined ? rest : rest.replace(found, behind === '&' ? (before ?? '') : '')
  const hosts = list.split(',')
  if (hosts.length > 1 && !hosts.every((host) => hostShape.test(host))) {
    throw new ConfigError(
      'DATABASE_URL should have a host on both sides of each comma, such as @db1:5432,db2:5432/name; special characters in its password must be escaped, such as %2C for the comma.',
    )
  }
  return hosts.map((host) => ({ name: nameOf(host), connectionString: head + host + tail }))
}

function nameOf(host: string): string {
  return /:\d+$/.test(host) ? host : `${host}:5432`
}
