import owasp from '@stoplight/spectral-owasp-ruleset'
import { oas } from '@stoplight/spectral-rulesets'

/** Spectral's rules for OpenAPI and OWASP's for APIs. What is off is off because the document would have to say what is not so. */
export const ruleset = {
  extends: [oas, owasp],
  rules: {
    // There is no limit per key that headers could tell of: too much at once is a 503 with Retry-After, which is documented.
    'owasp:api4:2023-rate-limit': 'off',
    'owasp:api4:2023-rate-limit-responses-429': 'off',
    // The API is for servers. Only a payment session that is begun with a public key may be read by a page of another site.
    'owasp:api8:2023-define-cors-origin': 'off',
    // Names, descriptions and reasons are free text in every script there is. Each has a length.
    'owasp:api4:2023-string-restricted': 'off',
    // OpenAPI 3.1 lets a bearer key name roles, which are our scopes; the rule is of 3.0, which did not.
    'oas3-operation-security-defined': 'off',
    // The program has many operators; whom to turn to is theirs to say.
    'info-contact': 'off',
    // A summary that says it all needs no second sentence.
    'operation-description': 'off',
  },
}
