/** The Objects screen on real services: what it does on files, and versions, tiers and links. */
import { describeWithService } from '@aos-tooling/services/vitest'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createBucket, dropBucket } from '../../src/server/s3-buckets.ts'
import { type S3Account, s3AccountOf } from '../../src/server/s3-account.ts'
import { describeInBrowser } from './support/browser.ts'
import { addressOf, openObject, panelOf, rowOf, saveByOther } from './support/open-object.ts'
import { usePlayground } from './support/playground.ts'
import { deleteRow, offer, takeBack } from './support/transfer.ts'

vi.setConfig({ testTimeout: 60_000 })
const soon = { timeout: 15_000 }
/** A server is started first. */
const startTimeoutMs = 90_000

const button = (within: Page | Locator, name: string | RegExp): Locator =>
  within.getByRole('button', { name })
const versionsOf = (page: Page): Locator =>
  page.getByRole('list', { name: 'Versions, the newest first' }).getByRole('listitem')

/** The link that the dialog signs. */
async function signedLink(page: Page, key: string): Promise<string> {
  await page.goto(addressOf(key, { panel: 'link' }))
  const dialog = page.getByRole('dialog')
  await button(dialog, 'Sign it').click()
  return dialog.getByRole('region', { name: 'The link' }).innerText()
}

describeInBrowser('the objects screen on services', (browser) => {
  describe('on an Azurite', () => {
    const playground = usePlayground({ flags: ['--azure'], startTimeoutMs })
    const key = 'models/ceo_adapter'

    it('archives an object, and brings it back', async () => {
      const { page, watch } = await browser.tab(playground.url)
      watch.expectAnswer(409, '/api/objects/bytes')
      const panel = await openObject(page, key)
      await panel.getByRole('rowheader', { name: '00000000' }).waitFor()
      await button(panel, 'Tier').click()
      const dialog = page.getByRole('dialog', { name: 'Tier of ceo_adapter' })
      await dialog.getByRole('combobox', { name: 'Tier' }).selectOption('Archive')
      await button(dialog, 'Move it').click()
      await dialog.getByText('It is archived', { exact: true }).waitFor()
      await page.goto(addressOf(key))
      await panel.getByRole('alert').getByText('The blob is in the archive tier').waitFor()
      await button(panel, 'Tier').click()
      await button(dialog, 'Bring it back').click()
      // An Azurite takes no hours.
      await dialog.getByText('It is in Hot, and can be read.').waitFor()
      await button(dialog, 'Close').click()
      await button(panel, 'Try again').click()
      await panel.getByRole('rowheader', { name: '00000000' }).waitFor()
    })

    it('has one version of each, and signs links to it', async () => {
      const { page } = await browser.tab(playground.url)
      await page.goto(addressOf(key, { panel: 'versions' }))
      await page.getByText('It is the only one.').waitFor()
      expect(await versionsOf(page).count()).toBe(1)
      const response = await fetch(await signedLink(page, 'agent_configs/ceo'))
      expect(await response.text()).toContain('Chief Executive Officer')
    })
  })

  describeWithService('rgw', (service) => {
    const bucket = `playground-browser-${Date.now().toString(36)}`
    const account = (): S3Account => s3AccountOf({ AOS_S3_URL: service.url })!
    beforeAll(() => createBucket(account(), bucket, { isVersioned: true }))
    const playground = usePlayground({
      flags: ['--s3', '--bucket', bucket],
      env: () => ({ AOS_S3_URL: service.url }),
      startTimeoutMs,
    })
    // After the playground: hooks at the end run in the other order.
    afterAll(() => dropBucket(account(), bucket))

    it('creates, deletes and takes back, as on files', async () => {
      const { page, watch } = await browser.tab(playground.url)
      watch.expectAnswer(409, '/api/objects/text')
      await page.goto('/objects?prefix=mine/&mode=create')
      const dialog = page.getByRole('dialog', { name: 'Create an object' })
      await dialog.getByRole('textbox', { name: 'Key' }).fill('mine/note')
      await button(dialog, 'Create').click()
      await panelOf(page, 'mine/note').getByRole('tab', { selected: true }).waitFor()
      await page.goto('/objects?prefix=mine/')
      await rowOf(page, 'mine/note').waitFor()
      await deleteRow(page, 'mine/note')
      await expect.poll(() => rowOf(page, 'mine/note').count(), soon).toBe(0)
      await takeBack(await offer(page, /Deleted/))
      await rowOf(page, 'mine/note').waitFor()
      // What is there already is not created anew, which the server does not see to.
      await page.goto('/objects?prefix=mine/&mode=create')
      await dialog.getByRole('textbox', { name: 'Key' }).fill('mine/note')
      await button(dialog, 'Create').click()
      await dialog.getByText('ALREADY_EXISTS').waitFor()
    })

    it('keeps versions, restores one, and signs links', async () => {
      const key = 'mine/plan'
      await saveByOther(playground, key, 'first')
      await saveByOther(playground, key, 'second')
      const { page, screenshot } = await browser.tab(playground.url)
      const panel = await openObject(page, key)
      await button(panel, 'Versions').click()
      await expect.poll(() => versionsOf(page).count(), soon).toBe(2)
      await screenshot('services/s3-versions')
      await button(versionsOf(page).nth(1), /^Restore/).click()
      await panel.getByText('first', { exact: true }).waitFor()
      await takeBack(await offer(page, `Restored ${key}`))
      await panel.getByText('second', { exact: true }).waitFor()
      await button(panel, 'Versions').click()
      await expect.poll(() => versionsOf(page).count(), soon).toBe(4)
      const response = await fetch(await signedLink(page, key))
      expect(await response.text()).toBe('second')
    })

    it('says what the server holds, and what the playground does', async () => {
      const { page } = await browser.tab(playground.url)
      await page.goto('/backend')
      await page.getByText('The server holds no conditions in this bucket').waitFor()
      await page.getByText(`on S3: ${bucket}`).waitFor()
      await button(page, 'Show the code of conditionalWrite').click()
      const code = page.getByRole('region', { name: 'The code of conditionalWrite' })
      expect(await code.textContent()).toContain('// UNSUPPORTED')
      expect(await code.textContent()).toContain(`bucket: '${bucket}',`)
      const { secretAccessKey } = account().credentials!
      expect(await page.content()).not.toContain(secretAccessKey)
    })
  })
})
