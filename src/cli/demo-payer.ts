const stepsMax = 10
const card = { card_number: '4242424242424242', expiry: '12/34', cvc: '123' }

/** Pays as a payer would, without JavaScript: opens the page, fills in each form, follows each redirect. */
export async function payThroughPages(url: string): Promise<void> {
  let page = await open(url)
  for (let step = 0; step < stepsMax; step++) {
    if (page.html.includes('data-payment-status="succeeded"')) return
    const form = /<form[^>]*data-payment-step[^>]*>([\s\S]*?)<\/form>/.exec(page.html)
    if (!form) throw new Error(`There is no form to fill in at step ${step + 1} of paying.`)
    const action = attribute(form[0], 'action')
    const fields = new URLSearchParams()
    for (const [input] of form[0].matchAll(/<(?:input|button)[^>]*>/g)) {
      const name = attribute(input, 'name')
      if (name) fields.set(name, card[name as keyof typeof card] ?? attribute(input, 'value') ?? '')
    }
    page = await open(new URL(action ?? page.url, page.url).href, fields)
  }
  throw new Error(`The payment did not end after ${stepsMax} forms.`)
}

async function open(url: string, body?: URLSearchParams): Promise<{ url: string; html: string }> {
  const origin = new URL(url).origin
  const response = await fetch(url, { method: body ? 'POST' : 'GET', headers: { origin }, ...(body && { body }) })
  if (!response.ok) throw new Error(`A page of the payment returned ${response.status}.`)
  return { url: response.url, html: await response.text() }
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`^<[^>]*\\s${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll('&amp;', '&')
}
