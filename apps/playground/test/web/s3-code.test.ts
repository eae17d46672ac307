/** "The code" of every screen on a bucket of S3: it runs as it is, and holds no secret. */
import { S3StorageBackend } from '@aos-storage/backend-s3'
import { openQueues, openTables, StorageManager } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { watchText } from '../../src/screens/activity/web/code.ts'
import { capabilityCode, capabilityNames } from '../../src/screens/backend/web/capability-code.ts'
import * as backendCode from '../../src/screens/backend/web/code.ts'
import * as objectCode from '../../src/screens/objects/web/code.ts'
import * as extraCode from '../../src/screens/objects/web/detail/extras/extra-code.ts'
import {
  transferRequestText,
  undoText,
} from '../../src/screens/objects/web/transfer/transfer-code.ts'
import * as queueCode from '../../src/screens/queues/web/code.ts'
import * as tableCode from '../../src/screens/tables/web/code.ts'
import type { S3Bucket, S3Place } from '../../src/server/place.ts'
import { createBucket, dropBucket } from '../../src/server/s3-buckets.ts'
import { bucketOf, type S3Account, s3AccountOf, s3OptionsOf } from '../../src/server/s3-account.ts'
import { s3Programs } from '../../src/server/s3-programs.ts'
import { setStorePlace } from '../../src/web/store-place.ts'
import { type CodeRunner, openCodeRunner } from '../backend/run-code.ts'

// Each piece is a process of its own, which asks the server what it honours.
vi.setConfig({ testTimeout: 120_000 })

function placeOf(bucket: S3Bucket, basePath: string, isConditional: boolean): S3Place {
  const programs = s3Programs(bucket, basePath)
  return { ...bucket, ...programs, storageType: 's3', isConditional, basePath }
}

describe('the code on a server that is named', () => {
  it('has no keys in it, and its conditions where the server holds them', () => {
    const bucket = { bucket: "it's", endpoint: 'https://s3.example', region: 'eu-x' }
    setStorePlace(placeOf(bucket, "/data/it's \\here", true))
    const { code } = objectCode.saveTextText('a', 'text', 'text/plain', { ifNoneMatch: '*' })
    expect(code).toContain(String.raw`bucket: 'it\'s',`)
    expect(code).toContain("endpoint: 'https://s3.example',")
    expect(code).toContain('AWS_ACCESS_KEY_ID')
    expect(code).toContain("ifNoneMatch: '*'")
    expect(tableCode.listTablesText().code).toContain(String.raw`basePath: '/data/it\'s \\here',`)
    setStorePlace(placeOf(bucket, '/data', false))
    const unheld = objectCode.saveTextText('a', 'text', 'text/plain', { ifNoneMatch: '*' })
    expect(unheld.code).not.toContain('ifNoneMatch')
    expect(objectCode.deleteText('a', 'etag').code).not.toContain('ifMatch')
  })
})

describeWithService('rgw', (service) => {
  const name = `playground-code-${Date.now().toString(36)}`
  const account = (): S3Account => s3AccountOf({ AOS_S3_URL: service.url })!
  let runner: CodeRunner
  let storage: StorageManager
  let backend: S3StorageBackend

  beforeAll(async () => {
    runner = await openCodeRunner()
    await createBucket(account(), name, { isVersioned: true })
    backend = await S3StorageBackend.open(s3OptionsOf(account(), name))
    storage = new StorageManager(backend)
    // As of a gateway that the playground runs itself: with its keys.
    const bucket = { ...bucketOf(account(), name), credentials: { ...account().credentials! } }
    setStorePlace(placeOf(bucket, runner.store, false))
  })
  afterAll(async () => {
    await storage.close()
    await dropBucket(account(), name)
    await runner.remove()
  })

  const run = (action: { readonly code: string }): Promise<string> => runner.run(action.code)
  const textOf = async (key: string): Promise<string> => (await storage.readStream(key)).text()

  it('of objects does what it says', async () => {
    await run(objectCode.saveTextText('docs/a', 'one', 'text/plain', { ifNoneMatch: '*' }))
    const { etag } = await storage.stat('docs/a')
    await run(objectCode.saveTextText('docs/a', 'two', 'text/plain', { ifMatch: etag }))
    expect(await textOf('docs/a')).toBe('two')
    expect(await run(objectCode.listText('docs/'))).toBe('docs/a\n')
    expect(await run(objectCode.loadText('docs/a'))).toBe('two\n')
    await run(objectCode.transferText('copy', 'docs/a', 'docs/b', false, etag))
    await run(objectCode.transferText('move', 'docs/b', 'docs/c', true))
    await run(objectCode.transferText('move', 'docs/c', 'docs/d', false, etag))
    await run(objectCode.transferPrefixText('move', 'docs/', 'moved/', false))
    expect(await storage.listKeys()).toEqual(['moved/a', 'moved/d'])
    const items = [
      { key: 'moved/a', to: 'x/a', etag },
      { key: 'moved/d', to: 'x/d', etag },
    ]
    await run(transferRequestText({ kind: 'move', items, prefixes: [] }))
    expect(await storage.listKeys()).toEqual(['x/a', 'x/d'])
    const one = { kind: 'move', items: [{ key: 'y', to: 'x/a' }], prefixes: [] } as const
    await run(undoText('Moved y', one))
    expect(await storage.listKeys()).toEqual(['x/d', 'y'])
    const versions = [{ key: 'y', etag: 'any' }, { key: 'x/d' }]
    expect(await run(objectCode.deleteVersionsText(versions))).toBe('[]\n')
    expect(await storage.listKeys()).toEqual([])
  })

  it('of tables and queues is of files, with what is large in the bucket', async () => {
    await run(tableCode.createTableText('orders'))
    const tables = await openTables({ storageType: 'file', basePath: runner.store })
    expect((await Array.fromAsync(tables.listTables())).join()).toBe('orders')
    await tables.close()
    await run(queueCode.createText('tasks'))
    const large = { kind: 'text', text: 'x'.repeat(60_000) } as const
    const piece = queueCode.sendText('tasks', large, 1, {}).code
    const file = "new URL('payload.txt', import.meta.url)"
    await runner.run(piece.replace("'payload.txt'", file), { 'payload.txt': large.text })
    expect((await storage.listKeys('queue-claims/')).length).toBe(1)
    expect(await run(queueCode.peekText('tasks'))).toContain('xxxx')
    const config = { storageType: 'file', basePath: runner.store } as const
    const queues = await openQueues(config, { claims: storage })
    const message = await queues.receiveMessage('tasks')
    expect(await message?.load()).toBe(large.text)
    await queues.deleteMessage('tasks', message!)
    await queues.close()
  })

  const ofS3 = capabilityNames.filter((capability) =>
    /^conditional(Write|Delete|Copy)|etag|durability|extras/.test(capability),
  )
  it.each(ofS3)('shows what %s means', async (capability) => {
    const piece = capabilityCode(capability)
    const printed = await runner.run(piece)
    for (const [, promise] of piece.matchAll(
      /^ *console\.log.*\/\/ ([A-Z_]+|service|second|\{.*\})$/gm,
    )) {
      expect(printed).toContain(promise)
    }
    expect(printed).not.toBe('')
  })

  it('of Activity and of the comparison runs', async () => {
    expect(await run(watchText())).toContain('undefined\n')
    const printed = await run(backendCode.comparisonText())
    expect(printed).toMatch(/^differs conditionalWrite none process$/m)
    expect(printed).toMatch(/^ {2}same rangeRead true true$/m)
  })

  it('runs the kit, in a bucket for nothing else', async () => {
    await createBucket(account(), 'playground-conformance')
    try {
      const request = { target: 's3', group: 'close', seed: 5 } as const
      const beside = { 'open-child.ts': backendCode.openChildText(request).code }
      const printed = await runner.run(backendCode.conformanceText(request).code, beside)
      expect(printed).toContain('conformance of s3 (seed 5)')
      expect(printed).toMatch(/\n {2}all +\d+ +[·\d]+ +[·\d]+ +·\n/)
    } finally {
      await dropBucket(account(), 'playground-conformance')
    }
  })

  it('of versions lists, reads, restores and deletes them', async () => {
    await storage.writeStream('v/a', 'one', { contentType: 'text/x', metadata: { by: 'ceo' } })
    await storage.writeStream('v/a', 'two', { contentType: 'text/y' })
    const ids = async (): Promise<string[]> =>
      (await Array.fromAsync(backend.listVersions('v/a'))).map(({ id }) => id)
    const [newer, older] = await ids()
    const listed = await run(extraCode.versionsText('v/a'))
    expect(listed.split('\n')[0]).toContain(`${newer} true `)
    expect(listed.split('\n')[1]).toContain(`${older} false `)
    expect(await run(extraCode.lookText('v/a', older!))).toMatch(/size: 3[^]*\none\n$/)
    const compared = await run(extraCode.compareVersionsText('v/a', older!, newer!))
    expect(compared).toBe('they differ at 0\n')
    await run(extraCode.restoreText('v/a', older!))
    const { contentType, metadata } = await storage.stat('v/a')
    expect([await textOf('v/a'), contentType, metadata]).toEqual(['one', 'text/x', { by: 'ceo' }])
    expect(await run(extraCode.deleteVersionText('v/a', newer!))).toBe('true\n')
    expect(await ids()).not.toContain(newer)
    await run(extraCode.downloadVersionText('v/a', older!))
  })

  it('of tiers and links does what it says', async () => {
    await storage.writeStream('t/a', 'kept', { contentType: 'text/plain' })
    expect(await run(extraCode.tierText('t/a'))).toBe('STANDARD true undefined\n')
    const moved = await run(extraCode.setTierText('t/a', 'STANDARD_IA', 'high'))
    expect(moved).toBe('STANDARD_IA true undefined\n')
    const printed = await run(extraCode.linkText('t/a', 'GET', 60, undefined))
    const url = /^http\S+/.exec(printed)![0]
    expect(await (await fetch(url)).text()).toBe('kept')
    const put = await run(extraCode.linkText('t/b', 'PUT', 60, 'text/plain'))
    expect(put).toContain("'content-type': 'text/plain'")
  })
})
