import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { collectWhole } from '../../src/remote/index.ts'

const chunks = (...sizes: number[]): Readable =>
  Readable.from(
    sizes.map((size, at) => Buffer.alloc(size, at + 1)),
    { objectMode: false },
  )

it('takes all that was announced, and an empty body', async () => {
  expect(await collectWhole(chunks(2, 3), 5, 'doc')).toEqual(Uint8Array.of(1, 1, 2, 2, 2))
  expect(await collectWhole(chunks(), 0, 'doc')).toEqual(new Uint8Array())
})

it('tells when fewer bytes come', async () => {
  await expect(collectWhole(chunks(1, 3), 5, 'doc')).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    key: 'doc',
    message: 'The body ended after 4 of 5 bytes',
  })
})

it('reads no further when more bytes come', async () => {
  const source = new Readable({ read() {} })
  source.push(Buffer.alloc(4))
  source.push(Buffer.alloc(3))
  await expect(collectWhole(source, 5, 'doc')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(source.destroyed).toBe(true)
})

it('tells a failure of the network as it is, and any other as a cut', async () => {
  const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
  for (const [failure, told] of [
    [reset, reset],
    [new Error('aborted'), { code: 'UNAVAILABLE', message: 'The body was cut; read it again' }],
  ] as const) {
    const source = new Readable({ read() {} })
    source.push(Buffer.alloc(2))
    const whole = collectWhole(source, 5, 'doc')
    setImmediate(() => source.destroy(failure))
    await expect(whole).rejects.toMatchObject(told)
  }
})
