/** Listings that begin inside of what they roll up. */
import { MemoryStorageBackend } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it } from 'vitest'
import { newContainer } from '../support/container.ts'
import { put } from '../support/objects.ts'

const keys = [
  'a',
  'a/1',
  'a/x/1',
  'a/～/1',
  'a/～y',
  'a/😀x',
  'a/😀z/1',
  'a/😀z/2',
  'a-b',
  'b',
  'c/1',
]

describeWithService('azurite', (service) => {
  it.each(['a/', 'a/1', 'a/x/1', 'a/～', 'a/～/1', 'a/～y', 'a/😀', 'a/😀x', 'a/😀z/1', 'a/😀z/9'])(
    'behind %s',
    async (startAfter) => {
      const container = await newContainer(service.url)
      const store = container.open()
      const memory = new MemoryStorageBackend()
      for (const key of keys) for (const each of [store, memory]) await put(each, key, key)
      for (const prefix of ['', 'a/', 'a/😀']) {
        for (const limit of [1, 2, 20]) {
          const options = { prefix, delimiter: '/', startAfter, limit }
          const [page, expected] = [await store.list(options), await memory.list(options)]
          expect(page.prefixes).toEqual(expected.prefixes)
          expect(page.objects.map(({ key }) => key)).toEqual(expected.objects.map(({ key }) => key))
          expect(page.cursor === undefined).toBe(expected.cursor === undefined)
        }
      }
    },
  )
})
