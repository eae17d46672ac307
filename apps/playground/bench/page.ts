/**
 * How fast the page is, by the browser's own timings: `pnpm bench` in apps/playground.
 *
 * Each round is a fresh browser context against one server, so that nothing is cached; starts are
 * measured from `npm start` in the clone, warm, to a page that lists its first rows. Medians and
 * spreads go to `bench/RESULTS.md`. Numbers are of one machine: compare rounds, not machines.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { StorageManager } from '@aos-storage/core'
import { useService } from '@aos-tooling/services'
import { type Browser, chromium, type Page } from 'playwright-core'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    keys: { type: 'string', default: '100000' },
    date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
  },
})
const rounds = Number(values.rounds)
const keys = Number(values.keys)
const prefix = 'bench/many/'

/** One measured quantity: what it is, its unit, and what each round gave. */
interface Series {
  readonly name: string
  readonly unit: 'ms' | 'KiB'
  readonly values: number[]
}

const all = new Map<string, Series>()

function note(name: string, unit: Series['unit'], value: number): void {
  const series = all.get(name) ?? { name, unit, values: [] }
  all.set(name, series)
  series.values.push(value)
}

/** `npm start` until the page is used, and stopped again. */
async function measureStart(browser: Browser, folder: string): Promise<void> {
  const started = performance.now()
  const flags = ['--data', folder, '--port', '0', '--no-open']
  const child = spawn('npm', ['start', '--silent', '--', ...flags], { cwd: root, detached: true })
  try {
    const url = await urlOf(child.stdout)
    note('npm start to a server that listens', 'ms', performance.now() - started)
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(url)
    await firstRows(page)
    note('npm start to a page that lists its first rows', 'ms', performance.now() - started)
    await context.close()
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
    await once(child, 'exit')
  }
}

function urlOf(output: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    output.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(text)?.[0]
      if (url !== undefined) resolve(url)
    })
    output.once('end', () => reject(new Error(`npm start printed no URL:\n${text}`)))
  })
}

async function firstRows(page: Page): Promise<void> {
  await page.waitForFunction(
    () => performance.getEntriesByName('objects:first-rows').length > 0,
    undefined,
    { polling: 20, timeout: 60_000 },
  )
}

/** The last entry of a name, in ms: the page measures itself. */
async function durationOf(page: Page, name: string): Promise<number> {
  await page.waitForFunction((entry) => performance.getEntriesByName(entry).length > 0, name, {
    polling: 20,
    timeout: 120_000,
  })
  return page.evaluate((entry) => performance.getEntriesByName(entry).at(-1)!.duration, name)
}

async function measureFirstLoad(browser: Browser, url: string): Promise<void> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${url}objects`)
  await firstRows(page)
  const loaded = await page.evaluate(() => {
    const resources = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
    const scripts = resources.filter(({ name }) => name.endsWith('.js'))
    const bytes = scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)
    const paint = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN
    return { bytes, paint, rows: performance.getEntriesByName('objects:first-rows')[0]!.startTime }
  })
  note('script of the first load, compressed', 'KiB', loaded.bytes / 1024)
  note('navigation to first contentful paint', 'ms', loaded.paint)
  await context.close()
}

async function measureMany(browser: Browser, url: string): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  await page.goto(`${url}objects?prefix=${encodeURIComponent(prefix)}`)
  note(
    `${keys} keys: prefix opened to first rows`,
    'ms',
    await durationOf(page, 'objects:first-rows'),
  )
  note(`${keys} keys: prefix opened to all rows`, 'ms', await durationOf(page, 'objects:all-rows'))
  const filter = page.getByRole('textbox', { name: 'Only names that hold this text' })
  for (const letter of ['7', '77', '777']) {
    await page.evaluate(() => performance.clearMeasures('objects:filtered'))
    await filter.fill(letter)
    note(
      `${keys} keys: a letter typed to filtered rows`,
      'ms',
      await durationOf(page, 'objects:filtered'),
    )
  }
  await filter.fill('')
  for (const frame of await scrollFrames(page))
    note(`${keys} keys: a frame of scrolling`, 'ms', frame)
  await context.close()
}

/** Scrolls through the list by 700 pixels a frame for 120 frames; the time of each. */
function scrollFrames(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    const boxes = [...document.querySelectorAll<HTMLElement>('[role="grid"], [role="grid"] *')]
    const list = boxes.find(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight * 50)
    if (list === undefined) throw new Error('There is no list to scroll.')
    const nextFrame = (): Promise<number> => new Promise(requestAnimationFrame)
    const frames: number[] = []
    let before = await nextFrame()
    for (let frame = 0; frame < 120; frame++) {
      list.scrollTop += 700
      const now = await nextFrame()
      frames.push(now - before)
      before = now
    }
    return frames
  })
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.round(q * (sorted.length - 1))] ?? Number.NaN
}

function report(): string {
  const memoryGib = Math.round(totalmem() / 2 ** 30)
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, ${memoryGib} GiB`
  const rows = [...all.values()].map(({ name, unit, values: each }) => {
    const text = (q: number): string => quantile(each, q).toFixed(unit === 'KiB' ? 1 : 0)
    const spread = `${text(0.1)} to ${text(0.9)} | ${text(1)}`
    return `| ${name} | ${text(0.5)} ${unit} | ${spread} | ${each.length} |`
  })
  return [
    '# How fast the page is',
    '',
    `${values.date}, ${machine}, Node ${process.version},`,
    `Chromium headless without a GPU, load ${loadavg()[0]?.toFixed(1)} at the end.`,
    '`pnpm bench` in apps/playground.',
    '',
    '| what | median | 10 % to 90 % | slowest | measured |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

const base = await mkdtemp(join(tmpdir(), 'aos-bench-page-'))
await using service = await useService('chromium')
const browser = await chromium.connectOverCDP(service.url)
try {
  const folder = join(base, 'data')
  // The first one builds the page and lays the samples: it is not counted.
  await measureStart(browser, folder)
  all.clear()
  for (let round = 0; round < rounds; round++) await measureStart(browser, folder)
  process.stderr.write(`bench: saving ${keys} keys\n`)
  const basePath = join(folder, 'objects')
  const store = await StorageManager.open({ storageType: 'file', basePath, durability: 'none' })
  const entries = Array.from({ length: keys }, (_, n) => [`${prefix}key-${n}`, { n }] as const)
  await store.saveMany(entries)
  await store.close()
  const flags = ['start', '--silent', '--', '--data', folder, '--port', '0', '--no-open']
  const server = spawn('npm', flags, { cwd: root, detached: true })
  try {
    const url = await urlOf(server.stdout)
    for (let round = 0; round < rounds; round++) {
      await measureFirstLoad(browser, url)
      await measureMany(browser, url)
      process.stderr.write('.')
    }
  } finally {
    process.kill(-server.pid!, 'SIGINT')
    await once(server, 'exit')
  }
  const text = report()
  process.stdout.write(`\n${text}`)
  if (keys === 100_000) await writeFile(new URL('RESULTS.md', import.meta.url), text)
} finally {
  await browser.close()
  await rm(base, { recursive: true, force: true })
}
