import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'

/**
 * Opens a window, of the size of a phone unless the options say otherwise, and closes it after the work. Whatever it asks of another
 * origin than the server's fails the test, and so does what it complains about, but for answers that the test may want.
 */
export async function inWindow(
  browser: Browser,
  server: { url: string },
  options: BrowserContextOptions,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, ...options })
  const foreign: string[] = []
  const complaints: string[] = []
  try {
    const page = await context.newPage()
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url)) foreign.push(request.url())
    })
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text())
    })
    await work(page)
    expect({ foreign, complaints }).toEqual({ foreign: [], complaints: [] })
  } finally {
    await context.close()
  }
}
