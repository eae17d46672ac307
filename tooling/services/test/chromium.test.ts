import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { chromium } from '../src/chromium.ts'
import { useService, type Service } from '../src/index.ts'
import { describeWithService } from '../src/vitest.ts'
import { openTab } from './devtools-tab.ts'
import { eventually, isAlive, processesOf } from './victim.ts'

async function answers(url: string): Promise<boolean> {
  return chromium.probe(url).then(
    () => true,
    () => false,
  )
}

describe('probe', () => {
  it('tells another server from a browser', async () => {
    const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    await expect(chromium.probe(`http://127.0.0.1:${port}`)).rejects.toThrow('it is no Chromium')
    server.close()
  })
})

describeWithService('chromium', (service) => {
  const site = createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<title>A page</title><p style="font: 40px Arial">Text</p>')
  })
  let url = ''

  beforeAll(async () => {
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`
  })
  afterAll(() => {
    site.closeAllConnections()
    site.close()
  })

  it('shows a real page', async () => {
    await using tab = await openTab(service.url)
    expect(await tab.open(url)).toBeUndefined()
    const { result } = await tab.send('Runtime.evaluate', {
      expression: '[document.title, document.querySelector("p").offsetHeight > 30].join()',
    })
    expect(result).toMatchObject({ value: 'A page,true' })
    const { data } = await tab.send('Page.captureScreenshot', { format: 'png' })
    expect(Buffer.from(String(data), 'base64').subarray(1, 4).toString()).toBe('PNG')
  })

  it.skipIf(process.env[chromium.urlVariable])('reaches no host but this one', async () => {
    await using tab = await openTab(service.url)
    expect(await tab.open('http://example.com/')).toBe('net::ERR_NAME_NOT_RESOLVED')
    expect(await tab.open('http://192.0.2.1/')).toBe('net::ERR_NAME_NOT_RESOLVED')
    expect(await tab.open(url.replace('127.0.0.1', 'localhost'))).toBeUndefined()
  })

  describe('of its own', () => {
    const own = (): Promise<Service> => useService('chromium', { own: true })

    it('leaves nothing behind: no port, no process, no folder', async () => {
      const mine = await own()
      const { url, pids, folder } = mine
      expect([await answers(url), await isAlive(pids[0]!), existsSync(folder!)]).toEqual([
        true,
        true,
        true,
      ])
      expect((await processesOf(folder!)).length).toBeGreaterThan(2)
      await mine.stop()
      expect([await answers(url), await isAlive(pids[0]!), existsSync(folder!)]).toEqual([
        false,
        false,
        false,
      ])
      // The crash handlers see the end of the browser, and end then.
      expect(await eventually(async () => (await processesOf(folder!)).length === 0)).toBe(true)
    })

    it('crashes and comes back at the same URL', async () => {
      await using mine = await own()
      await mine.kill()
      expect(await answers(mine.url)).toBe(false)
      await mine.restart()
      await using tab = await openTab(mine.url)
      expect(await tab.open(url)).toBeUndefined()
    })

    it('stops while it hangs', async () => {
      const mine = await own()
      await mine.pause()
      await mine.stop()
      expect(await answers(mine.url)).toBe(false)
    })
  })
})
