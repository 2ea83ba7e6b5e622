import owasp from '@stoplight/spectral-owasp-ruleset'
import { oas } from '@stoplight/spectral-rulesets'

/** Spectral's rules for OpenAPI and OWASP's for APIs. What is off is off because the document would have to say what is not so. */
export const ruleset = {
  extends: [oas, owasp],
  rules: {
    // There is no limit per key that headers could tell of: too much at once is a 503 with Retry-After, which is documented.
    'owasp:api4:2023-rate-limit': 'off',
    'owasp:api4:2023-rate-limit-responses-429': 'off',
    // The API is for servers. No response carries Access-Control-Allow-Origin, so browsers let no script of another site read it.
    'owasp:api8:2023-define-cors-origin': 'off',
    // Names, descriptions and reasons are free text in every script there is. Each has a length.
    'owasp:api4:2023-string-restricted': 'off',
    // The program has many operators; whom to turn to is theirs to say.
    'info-contact': 'off',
    // A summary that says it all needs no second sentence.
    'operation-description': 'off',
  },
}
