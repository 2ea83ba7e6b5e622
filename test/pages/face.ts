import { expect } from 'vitest'
import { pngOf } from '../support/pictures.ts'
import type { TestServer } from '../support/server.ts'

/** Everything that a merchant can say of itself. */
export const fullFace = {
  name: 'City of uMhlathuze Water & Sanitation',
  legal_name: 'The uMhlathuze Water Company (Pty) Ltd',
  accent_color: '#7a1f5c',
  message: 'Our offices are closed on 16 December.\nWe wish you a good day.',
  phone: '+27 (35) 907-5000',
  email: 'help@example.com',
  website: 'https://water.example.com/help',
  how_to_pay: 'First Bank, branch 250 655\nAccount 62 000 111 222',
}

/** Gives the merchant of a key all of it, and a logo. */
export async function showFace(server: TestServer, changes: object = {}, key = server.key): Promise<string> {
  const headers = { authorization: `Bearer ${key}` }
  const set = await server.api('PATCH', '/settings', { ...fullFace, ...changes }, headers)
  expect([set.status, set.text]).toEqual([200, set.text])
  const data = pngOf(300, 80).toString('base64')
  const put = await server.api('PUT', '/settings/logo', { data }, headers)
  expect([put.status, put.text]).toEqual([200, put.text])
  return put.body.logo_url
}
