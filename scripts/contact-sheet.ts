import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { launchBrowser } from '../test/support/browser.ts'

// Shows every state of every page of a payer to a browser, and puts what it sees on one sheet: `npm run contact-sheet [file.png]`.

const columns = 8
const width = 240
// Taller pages are cut off.
const height_max = 720

const folder = mkdtempSync(join(tmpdir(), 'tallystick-pages-'))
const file = resolve(process.argv[2] ?? 'contact-sheet.png')
console.log('Showing every page to a browser. This takes two to five minutes.')
const { status } = spawnSync('npx', ['vitest', 'run', 'test/pages/browser.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, SCREENSHOTS: folder },
})
const shots = readdirSync(folder).filter((name) => name.endsWith('-light.png'))
const figures = shots.map((name) => {
  const data = readFileSync(join(folder, name)).toString('base64')
  return `<figure><img src="data:image/png;base64,${data}"><figcaption>${name.replace('-light.png', '')}</figcaption></figure>`
})
const browser = await launchBrowser()
const page = await browser.newPage({ viewport: { width: columns * (width + 16), height: 800 } })
await page.setContent(`<style>body{margin:8px;display:grid;grid-template-columns:repeat(${columns},${width}px);gap:16px;font:12px system-ui}
figure{margin:0;max-height:${height_max}px;overflow:hidden;display:flex;flex-direction:column-reverse;justify-content:flex-end}
img{width:100%;border:1px solid #999}</style>${figures.join('')}`)
writeFileSync(file, await page.screenshot({ fullPage: true }))
await browser.close()
rmSync(folder, { recursive: true })
console.log(`${shots.length} pages are on ${file}`)
process.exitCode = status ?? 1
