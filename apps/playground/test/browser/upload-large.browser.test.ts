/**
 * Uploads that take their time: cancelled, interrupted by a reload, and by a crash of the server.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { PendingUploads } from '../../src/screens/objects/server/wire.ts'
import { describeInBrowser } from './support/browser.ts'
import { largeFile, sha256Of } from './support/large-file.ts'
import { usePlayground } from './support/playground.ts'
import { slowNetwork } from './support/slow-network.ts'
import { useStore } from './support/store.ts'
import { choose, comesTo, panel, percent, row } from './support/upload.ts'

const soon = { timeout: 20_000 }
/** 200 MiB on a busy machine. */
const late = { timeout: 60_000 }
vi.setConfig({ testTimeout: 120_000 })
const largeMebibytes = 200
const mebibyte = 1024 ** 2
/** It would take ten seconds. */
const slowLine = { uploadBytesPerSecond: 20 * mebibyte }

describeInBrowser('large uploads', (browser) => {
  const playground = usePlayground()
  const store = useStore(playground)
  let folder: string
  let large: string
  let largeSha: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aos-upload-'))
    large = await largeFile(folder, 'large.bin', largeMebibytes)
    largeSha = await sha256Of(large)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function pending(): Promise<PendingUploads['uploads']> {
    return (await store.ask<PendingUploads>('uploads')).uploads
  }

  it('shows progress, and cancelled it leaves nothing', async () => {
    const { page, screenshot } = await browser.tab(playground.url)
    await page.goto('/objects?prefix=large/')
    await using _ = await slowNetwork(page, slowLine)
    await choose(page, large)
    await comesTo(page, 'large/large.bin', 5)
    const before = (await percent(page, 'large/large.bin')) ?? 100
    await comesTo(page, 'large/large.bin', before + 5)
    const headline = panel(page).getByText(/^Uploading 0 of 1 file, /)
    await expect.poll(() => headline.textContent(), soon).toMatch(/MiB\/s, \d+ s left$/)
    expect((await pending()).map(({ key }) => key)).toEqual(['large/large.bin'])
    expect(await store.temporaryFiles()).toHaveLength(1)
    await screenshot('transfers/upload-running')
    await page.getByRole('button', { name: 'Cancel large/large.bin' }).click()
    await panel(page).waitFor({ state: 'hidden' })
    await expect.poll(pending, soon).toEqual([])
    await expect.poll(() => store.temporaryFiles(), soon).toEqual([])
    expect(await store.manager.listKeys('large/')).toEqual([])
  })

  it('goes on after a reload from where it was', async () => {
    const key = 'reloaded/large.bin'
    const { page, watch, screenshot } = await browser.tab(playground.url)
    await page.goto('/objects?prefix=reloaded/')
    {
      await using _ = await slowNetwork(page, slowLine)
      await choose(page, large)
      await comesTo(page, key, 10)
      watch.expectDialog('beforeunload', 'accept')
      await page.reload()
    }
    await row(page, key)
      .getByText(/^Interrupted at \d+ % of 200 MiB/)
      .waitFor()
    const [{ offset } = { offset: 0 }] = await pending()
    expect(offset).toBeGreaterThan(0)

    // Another file does not go on with it.
    const other = join(folder, 'other', 'large.bin')
    await mkdir(join(folder, 'other'))
    await writeFile(other, 'another one')
    await row(page, key).getByTestId('upload-again').setInputFiles(other)
    await row(page, key).getByText('large.bin is another file').waitFor()
    await screenshot('transfers/upload-interrupted')

    const sent: Promise<number>[] = []
    page.on('request', (request) => {
      if (request.method() === 'PATCH') sent.push(bodyBytes(request))
    })
    await row(page, key).getByTestId('upload-again').setInputFiles(large)
    await panel(page).getByText('Uploaded 1 file, 200 MiB').waitFor(late)
    const bytes = (await Promise.all(sent)).reduce((sum, each) => sum + each, 0)
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThanOrEqual(largeMebibytes * mebibyte - offset)
    expect(await store.sha256(key)).toBe(largeSha)
    expect(await pending()).toEqual([])
  })

  it('outlives its server: what it replaces stays until it is whole', async () => {
    const key = 'killed/large.bin'
    await store.manager.writeStream(key, 'old')
    const { page, watch } = await browser.tab(playground.url)
    await page.goto('/objects?prefix=killed/')
    await choose(page, large)
    watch.expectFailedRequest('/api/')
    {
      await using _ = await slowNetwork(page, slowLine)
      await page.getByRole('button', { name: `Overwrite ${key}` }).click()
      await comesTo(page, key, 10)
      await playground.kill()
      await row(page, key).getByText('no answer: trying again').waitFor()
    }
    expect(await store.text(key)).toBe('old')
    await playground.start()
    expect(await store.text(key)).toBe('old')
    await panel(page).getByText('Uploaded 1 file, 200 MiB').waitFor(late)
    expect(await store.sha256(key)).toBe(largeSha)
    expect(await pending()).toEqual([])
    expect(await store.temporaryFiles()).toEqual([])
  })
})

/** How long the body was that a request announced. */
async function bodyBytes(request: {
  allHeaders(): Promise<Record<string, string>>
}): Promise<number> {
  const { 'content-length': length } = await request.allHeaders()
  return Number(length)
}
