/** What each capability means in a program. Pieces of code as in `code.ts`; the tests run them. */
import { program, settings } from '../../../web/program.ts'
import { holdsConditions, storePlace } from '../../../web/store-place.ts'
import { openFiles, openedFiles } from './code.ts'
import type { Capabilities } from '../server/wire.ts'

const key = "'playground/example'"

/** On a server that holds no conditions: what is not claimed is refused, before a byte moves. */
function refused(call: string): string {
  return program([
    `const refused = ${call}`,
    'console.log(await refused.catch((error) => error.code)) // UNSUPPORTED',
  ])
}

/** One for every capability: a new one does not compile without. */
const bodies: Readonly<Record<keyof Capabilities, () => string>> = {
  conditionalWrite: () => {
    if (!holdsConditions()) return refused(`storage.save(${key}, 1, { ifNoneMatch: '*' })`)
    return program([
      '// Create only: an object that is there already is not overwritten.',
      `const first = await storage.save(${key}, { count: 1 }, { ifNoneMatch: '*' })`,
      '// Compare and swap: only over the version that was read.',
      `await storage.save(${key}, { count: 2 }, { ifMatch: first.etag })`,
      `const late = storage.save(${key}, { count: 3 }, { ifMatch: first.etag })`,
      'console.log(await late.catch((error) => error.code)) // PRECONDITION_FAILED',
      `await storage.delete(${key})`,
    ])
  },
  conditionalDelete: () => {
    if (!holdsConditions()) return refused(`storage.delete(${key}, { ifMatch: 'x' })`)
    return program([
      `const first = await storage.save(${key}, { count: 1 })`,
      `const second = await storage.save(${key}, { count: 2 })`,
      `const late = storage.delete(${key}, { ifMatch: first.etag })`,
      'console.log(await late.catch((error) => error.code)) // PRECONDITION_FAILED',
      `await storage.delete(${key}, { ifMatch: second.etag })`,
    ])
  },
  conditionalCopy: () => {
    if (!holdsConditions()) {
      return refused(`storage.copy(${key}, 'playground/copy', { ifNoneMatch: '*' })`)
    }
    return program([
      `const { etag } = await storage.save(${key}, { count: 1 })`,
      "const options = { sourceIfMatch: etag, ifNoneMatch: '*' } as const",
      `await storage.copy(${key}, 'playground/example-copy', options)`,
      `const again = storage.copy(${key}, 'playground/example-copy', options)`,
      'console.log(await again.catch((error) => error.code)) // ALREADY_EXISTS',
      `await storage.deleteMany([${key}, 'playground/example-copy'])`,
    ])
  },
  etagIdentity: () =>
    program([
      `const first = await storage.save(${key}, 'the same')`,
      `const second = await storage.save(${key}, 'the same')`,
      '// False where an etag names the bytes, and not the write.',
      'console.log(first.etag !== second.etag)',
      `await storage.delete(${key})`,
    ]),
  listedSize: () =>
    program([
      `const { size } = await storage.save(${key}, 'a text')`,
      `for await (const entry of storage.list({ prefix: ${key} })) {`,
      "  if (entry.kind === 'object') console.log(entry.size === size)",
      '}',
      `await storage.delete(${key})`,
    ]),
  conditionalRead: () =>
    program([
      `const { etag } = await storage.save(${key}, { count: 1 })`,
      '// Only what is newer than what is known already.',
      `const known = storage.load(${key}, { ifNoneMatch: etag })`,
      'console.log(await known.catch((error) => error.code)) // NOT_MODIFIED',
      `await storage.delete(${key})`,
    ]),
  rangeRead: () =>
    program([
      `await storage.save(${key}, 'first, second, third')`,
      `const body = await storage.readStream(${key}, { range: { offset: 7, length: 6 } })`,
      'console.log(Buffer.from(await body.bytes()).toString()) // second',
      `await storage.delete(${key})`,
    ]),
  userMetadata: () =>
    program([
      `await storage.save(${key}, { count: 1 }, { metadata: { author: 'ceo' } })`,
      `console.log((await storage.stat(${key})).metadata) // { author: 'ceo' }`,
      `await storage.delete(${key})`,
    ]),
  durability: () => {
    if (storePlace().storageType !== 'file') {
      return program(['console.log(storage.capabilities.durability) // service'])
    }
    return [
      "import { StorageManager } from '@aos-storage/core'",
      '',
      'const storage = await StorageManager.open({',
      ...settings().map((line) => `  ${line}`),
      "  durability: 'fsync', // the default; 'none' is faster, and survives no power cut",
      '})',
      'console.log(storage.capabilities.durability) // host',
      'await storage.close()',
      '',
    ].join('\n')
  },
  keyBytesMax: () =>
    program([
      'const { keyBytesMax } = storage.capabilities',
      "const key = 'k'.repeat(keyBytesMax + 1)",
      'console.log(await storage.exists(key).catch((error) => error.code)) // INVALID_KEY',
    ]),
  objectBytesMax: () =>
    program([
      'const { objectBytesMax } = storage.capabilities',
      'const bytes = 5_000_000',
      'console.log(bytes <= objectBytesMax) // what is larger is QUOTA_EXCEEDED',
    ]),
  metadataBytesMax: () =>
    program([
      "const note = 'n'.repeat(storage.capabilities.metadataBytesMax)",
      `const save = storage.save(${key}, 1, { metadata: { note } })`,
      'console.log(await save.catch((error) => error.code)) // INVALID_ARGUMENT',
    ]),
  listPageMax: () =>
    program([
      '// A page at a time, for instance to hand the cursor to a browser.',
      'const { objects, cursor } = await storage.listPage({ limit: 100 })',
      'console.log(objects.length, cursor)',
      '// list() goes through all pages by itself.',
      'for await (const entry of storage.list({ limit: 3 })) console.log(entry)',
    ]),
  deleteManyMax: () =>
    program([
      '// The manager cuts longer lists into pieces of this size.',
      "const results = await storage.deleteMany(['playground/no-such-key'])",
      'console.log(results)',
    ]),
  modifiedAtResolutionMs: () =>
    program([
      `const { modifiedAt } = await storage.save(${key}, { count: 1 })`,
      'console.log(modifiedAt.toISOString(), storage.capabilities.modifiedAtResolutionMs)',
      `await storage.delete(${key})`,
    ]),
  extras: () => {
    if (storePlace().storageType !== 'file') {
      return program(['console.log(storage.capabilities.extras)'])
    }
    return [
      openFiles,
      "import { StorageManager } from '@aos-storage/core'",
      '',
      openedFiles(),
      'const storage = new StorageManager(backend)',
      'const [key] = await storage.listKeys({ limit: 1 })',
      'if (key !== undefined) console.log(backend.pathOf(key))',
      'console.log((await backend.verify()).ok)',
      'await storage.close()',
      '',
    ].join('\n')
  },
}

/** What a capability means in a program. */
export function capabilityCode(name: keyof Capabilities): string {
  return bodies[name]()
}

/** All of them, in the order of the contract. */
export const capabilityNames = Object.keys(bodies) as readonly (keyof Capabilities)[]
