import { commandSettings, serverSettings } from '../src/config.ts'
import { type ProblemCode, problems } from '../src/core/problem-codes.ts'
import { checks } from '../src/ledger/verify/checks.ts'
import { type Invariant, invariants } from '../src/ledger/verify/invariants.ts'
import { isIncremental } from '../src/ledger/verify/moved.ts'

type Operation = {
  operationId: string
  tags: string[]
  summary: string
  security: Record<string, string[]>[]
  responses: Record<string, { $ref?: string }>
}
type Schema = { examples?: unknown[] }
type Content = { content: { 'application/json': { schema: { $ref: string } } } }

/** The parts of the OpenAPI document that the reference shows. */
export type ApiDocument = {
  tags: { name: string; description?: string }[]
  paths: Record<string, Record<string, Operation>>
  webhooks: Record<string, { post: { summary: string; requestBody: Content } }>
  components: {
    schemas: Record<string, Schema>
    responses: Record<string, { content: { 'application/problem+json': { examples: object } } }>
  }
}

const generated = 'Generated from the sources by `npm run openapi`; a test keeps it up to date.'

/** docs/reference/settings.md: every setting of src/config.ts. */
export function settingsPage(): string {
  const table = (settings: typeof serverSettings | typeof commandSettings) => {
    const rows = Object.entries(settings).map(
      ([name, { default: initial, help }]) =>
        `| \`${name}\` | ${initial === '' ? '' : `\`${initial}\``} | ${cell(help)} |`,
    )
    return `| name | default | what it does |\n|---|---|---|\n${rows.join('\n')}`
  }
  return `# Settings

Settings are environment variables, read once at the start. A setting that cannot be used stops the start with one line that names
it and says what to do.

${table(serverSettings)}

The [commands of a developer](../guides/receive-webhooks.md#at-your-desk), \`listen\`, \`trigger\` and \`events\`, have two of their own:

${table(commandSettings)}

${generated}
`
}

/** The codes that an operation documents. */
function codesOfOperation({ responses }: Operation, { components }: ApiDocument): string[] {
  return Object.values(responses).flatMap(({ $ref }) => {
    const shared = components.responses[$ref?.split('/').at(-1) ?? '']
    return Object.keys(shared?.content['application/problem+json'].examples ?? {})
  })
}

/** The operations that give each code, in words. Most are given by few; what the way of sending causes is given by all that share it. */
function operationLines(document: ApiDocument): string[] {
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))
  return (Object.keys(problems) as ProblemCode[]).map((code) => {
    const giving = operations.filter((operation) => codesOfOperation(operation, document).includes(code))
    const names = giving.map(({ operationId }) => `\`${operationId}\``).join(', ')
    if (giving.length === operations.length) return `- \`${code}\`: every operation`
    return `- \`${code}\`: ${names === '' ? 'none; it is given before a request comes to an operation' : names}`
  })
}

/** docs/reference/errors.md: every code of src/core/problem-codes.ts. */
export function errorsPage(document: ApiDocument): string {
  const rows = (Object.keys(problems) as ProblemCode[]).map((code) => {
    const { status, title, help } = problems[code]
    return `| ${status} | \`${code}\` | ${cell(title)} | ${cell(help)} |`
  })
  return `# Error codes

Every refusal carries one of these as its \`code\`, and the address of the page of the code as its \`type\`. A code keeps its
meaning. How to handle them: [Errors](../guides/errors.md).

| status | code | what it says | what to do |
|---|---|---|---|
${rows.join('\n')}

## Which operation gives which code

${operationLines(document).join('\n')}

${generated}
`
}

const wholeOnly = (file: string) => (isIncremental(file) ? '' : ' *Whole run only.*')

/** docs/reference/invariants.md: every invariant, with the checks that prove it. */
export function invariantsPage(): string {
  const sections = Object.entries(invariants as Readonly<Record<string, Invariant>>).map(
    ([number, { title, meaning, kept_by }]) => {
      const proofs = checks
        .filter(({ invariant }) => invariant === number)
        .map(({ file, sentence }) => `- ${sentence}${wholeOnly(file)} ([${file}](../../src/ledger/verify/${file}))`)
      const list = proofs.length === 0 ? [] : [`Checked by \`verify\`:\n\n${proofs.join('\n')}`]
      return [`## ${number}: ${title}`, meaning, ...(kept_by === undefined ? [] : [kept_by]), ...list].join('\n\n')
    },
  )
  return `# Invariants

What always holds. \`npm run tallystick -- verify\` proves all of it that the rows of a database can show, with one SQL statement per
check, in one read-only snapshot, beside a running server.

Each check prints its number, what holds, and how many rows it examined. When something is broken, it prints how many rows are, up to
five of them by their ids in the API, and the exit code is 1. That is a defect of Tallystick or a change made by hand in the database:
keep the output and a copy of the database, and report it. \`verify\` changes nothing; \`verify --incremental\` adds seals.

What a check says of what is new is also said by an [incremental run](../guides/operating.md#verifying), unless it is marked with *whole run only*.

${sections.join('\n\n')}

${generated}
`
}

function scopeOf({ security }: Operation): string {
  return security
    .flatMap((one) => one.secretKey ?? ['public key'])
    .map((name) => (name === 'public key' ? name : `\`${name}\``))
    .join(' or ')
}

/** docs/reference/operations.md: every operation of the document. */
export function operationsPage({ tags, paths }: ApiDocument): string {
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ call: `${method.toUpperCase()} ${path}`, operation })),
  )
  const sections = tags.flatMap(({ name, description = '' }) => {
    const rows = calls
      .filter(({ operation }) => operation.tags.includes(name))
      .map(
        ({ call, operation }) =>
          `| \`${call}\` | ${operation.summary} | ${scopeOf(operation)} | \`${operation.operationId}\` |`,
      )
    if (rows.length === 0) return []
    return [
      `## ${name}\n\n${description}\n\n| call | what it does | scope | operation |\n|---|---|---|---|\n${rows.join('\n')}\n`,
    ]
  })
  return `# Operations

Every call of the API. Its fields, limits, responses and an example to run are in [openapi.json](../../openapi.json), and on a running
server at \`/docs/reference\`, a page for each. The scope is what a key needs for it: see [Keys and scopes](../guides/keys-and-scopes.md).

${sections.join('\n')}
${generated}
`
}

/** docs/reference/events.md: every type of event with an example. */
export function eventsPage({ webhooks, components }: ApiDocument): string {
  const sections = Object.entries(webhooks).map(([type, { post }]) => {
    const name = post.requestBody.content['application/json'].schema.$ref.split('/').at(-1) ?? ''
    const example = JSON.stringify(components.schemas[name]?.examples?.[0], undefined, 2)
    return `## ${type}\n\n${post.summary}\n\n\`\`\`text\n${example}\n\`\`\`\n`
  })
  return `# Reference of events

What arrives at an endpoint, by type, as examples. The fields are described in [openapi.json](../../openapi.json) under \`webhooks\`. How they
are delivered: [Events](../guides/events.md).

${sections.join('\n')}
${generated}
`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
