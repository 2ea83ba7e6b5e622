import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Reads the certificates of a PEM file. Throws an error whose message says what is wrong with the file. */
export function readCertificates(file: string): string[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`cannot be read (${(error as { code?: string }).code})`)
  }
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  if (certificates.length === 0) throw new Error('has no "-----BEGIN CERTIFICATE-----"')
  certificates.forEach((certificate, index) => {
    try {
      new X509Certificate(certificate)
    } catch {
      throw new Error(`has a certificate that cannot be read, number ${index + 1}`)
    }
  })
  return certificates
}
