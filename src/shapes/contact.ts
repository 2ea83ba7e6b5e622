import { z } from 'zod'
import { expecting } from './expected.ts'

export const emailAddress = expecting(z.email(), 'an e-mail address, such as ann@example.com').max(255)

export const phoneNumber = expecting(z.string(), 'a phone number in E.164, such as +27123456789')
  .regex(/^\+[1-9]\d{1,14}$/)
  .describe('E.164, such as +27123456789')
  .meta({ maxLength: 16 })
