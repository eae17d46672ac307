import { StorageManager, type SaveOptions, type BodyInput } from '@aos-storage/core'
import { Readable } from 'node:stream'
declare const s: StorageManager
declare const maybe: string | undefined
declare const sig: AbortSignal | undefined
export async function f() {
  await s.save('k', 1, { ifMatch: maybe, signal: sig, contentType: maybe })
  const a: string = await s.load('k', { as: 'text' })
  const b: Uint8Array = await s.load('k', { as: 'bytes', default: new Uint8Array() })
  const c: number = await s.load<number>('k')
  const d = await s.load('k', { default: 'x' }); const d2: string = d
  const e: string | null = await s.load('k', { as: 'text', default: null })
  const g: string | undefined = await s.find('k', { as: 'text' })
  await s.writeStream('k', Readable.from([]))
  await s.writeStream('k', new ReadableStream<Uint8Array>())
  await s.writeStream('k', new Response('x').body!)
  await s.writeStream('k', Buffer.from('x'))
  const opts: SaveOptions = { metadata: { a: 'b' } }
  await s.save('k', 1, opts)
  await s.saveMany([['a', 1], { key: 'b', value: 2, ifNoneMatch: '*' }])
  await s.saveMany(new Map<string, unknown>([['a', 1]]))
  await s.saveMany(Object.entries({ a: 1 }))
  await s.saveMany(['a', 'b'].map((k) => [k, 1]))
  await s.saveMany(['a', 'b'].map((k) => ({ key: k, value: 1 })))
  const r = await s.readStream('k'); await new Response(r.stream()).text()
  const v = await StorageManager.open({ storageType: 'file', basePath: 'x', fsynk: true })
  // @ts-expect-error typo
  await s.save('k', 1, { ifMach: 'x' })
  const u = s.collection<{ n: number }>('u'); const up = await u.update('a', (x) => ({ n: x.n + 1 })); const n: number = up.value.n
  for (const x of await s.loadMany<number>(['a'])) { if (x.ok) { const y: number = x.value } else x.error.code }
  const errs = (await s.saveMany([['a', 1] as const])).filter((x) => !x.ok).map((x) => x.error)
  return [a, b, c, d2, e, g, v, n, errs]
}
