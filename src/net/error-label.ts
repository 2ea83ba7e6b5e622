const words: Readonly<Record<string, string>> = {
  ADDRESS_NOT_ALLOWED: 'address not allowed',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed',
  EPIPE: 'connection closed',
  UND_ERR_SOCKET: 'connection closed',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  ENOTFOUND: 'name not found',
  EAI_AGAIN: 'name not found',
  EAI_FAIL: 'name not found',
  EAI_NODATA: 'name not found',
  EADDRNOTAVAIL: 'host unreachable',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'host unreachable',
  UND_ERR_HEADERS_OVERFLOW: 'headers too large',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'invalid response',
  // What merchants can mend by themselves; other faults of TLS keep one word.
  CERT_HAS_EXPIRED: 'certificate expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate not trusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate of another host',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate not trusted',
  // By its name: undici 8.12 leaves its code undefined.
  HTTPParserError: 'invalid response',
}

const tlsCodes = /CERT|TLS|SSL|^EPROTO$|UNABLE_TO_VERIFY/

/** What went wrong, in a few words that merchants may compare: they stay the same whatever the libraries call it. */
export function errorLabel(error: Error): string {
  const { code } = error as { code?: unknown }
  const key = typeof code === 'string' ? code : error.name
  return words[key] ?? (tlsCodes.test(key) ? 'tls failed' : 'connection failed')
}
