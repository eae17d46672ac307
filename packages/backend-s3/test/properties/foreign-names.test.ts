/** Names that others wrote, which no XML can carry: listed, read and deleted on the gateway. */
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it } from 'vitest'
import { newBucket } from '../support/bucket.ts'
import { allKeys, readText } from '../support/objects.ts'

const names = [
  ...['plain', 'a\u0001b', 'a\u000bb', 'a\tb', 'a\nb', 'a\rb', 'x\ufffe', '\u007f', '\u0085'],
  ...['<&">', ' a ', 'b  ', 'a//b', 'a/', '/', './a', 'a/../b', '%00', '+'],
]

describeWithService('rgw', (service) => {
  it('are all told, and go with the others', async () => {
    const { name: Bucket, client, open } = await newBucket(service.url)
    for (const Key of names) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(Key) }))
    }
    const store = await open()
    expect((await allKeys(store)).sort()).toEqual(names.toSorted())
    for (const key of names) expect(await readText(store, key)).toBe(key)
    const outcomes = await store.deleteMany(names)
    expect(outcomes).toEqual(names.map((key) => ({ key, deleted: true })))
    expect(await allKeys(store)).toEqual([])
  })
})
