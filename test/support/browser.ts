import chromium from '@sparticuz/chromium'
import { type Browser, chromium as playwright } from 'playwright-core'

/**
 * The browser of the tests: the one that CHROME_PATH names, else the one that comes with the packages (Linux, x64). The
 * package's own list of arguments is left out: it switches off web security, which is what some of the tests are about.
 */
export async function launchBrowser(): Promise<Browser> {
  const named = process.env.CHROME_PATH
  try {
    const executablePath = named ?? (await chromium.executablePath())
    return await playwright.launch({ executablePath, args: ['--no-sandbox', '--no-zygote', '--disable-gpu'] })
  } catch (error) {
    const [reason] = String(error).split('\n', 1)
    throw new Error(
      `No browser for the tests: install Chromium or Chrome and set CHROME_PATH to its program (${named ?? 'bundled'}: ${reason}).`,
    )
  }
}
