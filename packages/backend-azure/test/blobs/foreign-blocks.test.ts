/** Blocks that another program left of a blob: told soon, with the way out. */
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it } from 'vitest'
import { newContainer } from '../support/container.ts'
import { pattern, put, readBytes } from '../support/objects.ts'
import { proxied } from '../support/proxied.ts'

const small = { singleWriteBytesMax: 1000, blockBytes: 1000 }

describeWithService('azurite', (service) => {
  it('of another length of ids are told after a few tries', async () => {
    const { proxy, store } = await proxied(service.url, small)
    const headers = { 'x-ms-error-code': 'InvalidBlobOrBlock' }
    const rule = proxy.onRequest({ method: 'PUT', fault: { kind: 'answer', status: 400, headers } })
    const error = await put(store, 'doc', pattern(1500)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'CONFLICT', retryable: 'yes' })
    expect(String(error)).toMatch(/singleWriteBytesMax/)
    expect(rule.fired).toBeLessThanOrEqual(6)
  })

  it('are in the way of blocks, and not of a body in one request', async () => {
    const container = await newContainer(service.url)
    const blob = container.client.getBlockBlobClient('doc')
    await blob.stageBlock(Buffer.from('1').toString('base64'), 'left', 4)
    const blocks = container.open(small)
    await expect(put(blocks, 'doc', pattern(1500))).rejects.toMatchObject({ code: 'CONFLICT' })
    // Azure then discards the blocks as well, the emulator keeps them.
    await put(container.open(), 'doc', pattern(1500))
    expect((await readBytes(blocks, 'doc')).equals(pattern(1500))).toBe(true)
  })
})
