/**
 * "The code": TypeScript that does with the public API what this screen shows and does. Each piece
 * is a program of its own and runs as it is; the tests run every one.
 */
import type { ActionText } from '../../../web/actions.ts'
import { literal, program, settings } from '../../../web/program.ts'
import { storePlace } from '../../../web/store-place.ts'
import type { ConformanceRequest, ConformanceTarget } from '../server/wire.ts'
import { s3HarnessLines } from './s3-code.ts'

export const openFiles = "import { FileStorageBackend } from '@aos-storage/backend-file'"

/** The shared store, where it is one of files. */
export function openedFiles(): string {
  const place = storePlace()
  const basePath = place.storageType === 'file' ? place.basePath : './data'
  return `const backend = new FileStorageBackend({ basePath: ${literal(basePath)} })`
}

/** What the store can do. */
export function capabilitiesText(): ActionText {
  return {
    label: 'Look at the capabilities',
    code: program(['console.log(storage.name, storage.capabilities)']),
  }
}

/** What the store can do, beside another one. */
export function comparisonText(): ActionText {
  return {
    label: 'Compare the backends',
    code: program(
      [
        'const memory: object = new MemoryStorageBackend().capabilities',
        '// Of any backend that is open: claims are data.',
        'for (const [name, here] of Object.entries(storage.capabilities)) {',
        '  const there: unknown = Object.entries(memory).find(([other]) => other === name)?.[1]',
        '  const isSame = JSON.stringify(here) === JSON.stringify(there)',
        "  console.log(isSame ? '  same' : 'differs', name, here, there)",
        '}',
      ],
      [],
      ['MemoryStorageBackend'],
    ),
  }
}

/** How the store is. */
export function healthText(): ActionText {
  return {
    label: 'Check the health',
    code: program([
      'const { ok, message, latencyMs, details } = await storage.health()',
      "console.log(ok ? 'well' : 'unwell', message, latencyMs, details)",
    ]),
  }
}

/** How much there is, by first prefix and by type, and what is largest. */
export function usageText(): ActionText {
  return {
    label: 'Count what is stored',
    code: program([
      'let objects = 0',
      'let bytes = 0',
      'let largest: { key: string; size: number }[] = []',
      'const byPrefix = new Map<string, number>()',
      'const byType = new Map<string, number>()',
      '',
      'for await (const entry of storage.list()) {',
      "  if (entry.kind !== 'object') continue",
      "  const { key, size, contentType = 'not told' } = entry",
      "  const prefix = key.slice(0, key.indexOf('/') + 1)",
      '  objects += 1',
      '  bytes += size',
      '  byPrefix.set(prefix, (byPrefix.get(prefix) ?? 0) + size)',
      '  byType.set(contentType, (byType.get(contentType) ?? 0) + size)',
      '  if (size > (largest[9]?.size ?? -1)) {',
      '    largest = [...largest, { key, size }].sort((a, b) => b.size - a.size).slice(0, 10)',
      '  }',
      '}',
      'console.log(objects, bytes, byPrefix, byType, largest)',
    ]),
  }
}

/** The check of a file store. */
export function verifyText(): ActionText {
  return {
    label: 'Verify the files',
    code: [
      openFiles,
      '',
      openedFiles(),
      'const report = await backend.verify({',
      '  onProgress: (files) => console.log(`${files} files`),',
      '})',
      'console.log(report.ok, report.objects, report.bytes)',
      'for (const { kind, path, message } of report.findings) console.log(kind, path, message)',
      'await backend.close()',
      '',
    ].join('\n'),
  }
}

/** Within a sentence. */
export const targetNames: Readonly<Record<ConformanceTarget, string>> = {
  memory: 'memory',
  file: 'files',
  azure: 'Azure',
  s3: 'S3',
}

/** A run of the kit, with its report. */
export function conformanceText(request: ConformanceRequest): ActionText {
  return {
    label: `Run the conformance kit on ${targetNames[request.target]}`,
    code: [
      ...harnessImports(request, 'formatReport, runConformance'),
      '',
      'const report = await runConformance(',
      ...harnessLines(request).map((line) => `  ${line}`),
      ...optionLines(request),
      ')',
      'console.log(formatReport(report))',
      '',
    ].join('\n'),
  }
}

/** The same cases as tests of a test runner. */
export function testSuiteText(request: ConformanceRequest): ActionText {
  return {
    label: 'Register the conformance kit with a test runner',
    code: [
      "import { after, describe, it } from 'node:test' // or from 'vitest', with its afterAll",
      ...harnessImports(request, 'registerConformance'),
      '',
      'registerConformance(',
      '  { describe, it, afterAll: after },',
      ...harnessLines(request).map((line) => `  ${line}`),
      ...optionLines(request),
      ')',
      '',
    ].join('\n'),
  }
}

/** `open-child.ts`, which the two pieces above name: how another process opens the store. */
export function openChildText({ target }: ConformanceRequest): ActionText {
  const label = 'Open the store in another process'
  if (target === 's3') {
    return {
      label,
      code: [
        "import { type S3Options, S3StorageBackend } from '@aos-storage/backend-s3'",
        '',
        'export const openChild = (options: S3Options) => S3StorageBackend.open(options)',
        '',
      ].join('\n'),
    }
  }
  if (target === 'azure') {
    return {
      label,
      code: [
        "import { type AzureBlobOptions, AzureStorageBackend } from '@aos-storage/backend-azure'",
        '',
        'export const openChild = (options: AzureBlobOptions) => new AzureStorageBackend(options)',
        '',
      ].join('\n'),
    }
  }
  return {
    label,
    code: [
      "import { type FileBackendOptions, FileStorageBackend } from '@aos-storage/backend-file'",
      '',
      'export const openChild = (options: FileBackendOptions) => new FileStorageBackend(options)',
      '',
    ].join('\n'),
  }
}

/** Ends a run before its next case. */
export function cancelText(): ActionText {
  return {
    label: 'Cancel the conformance run',
    code: [
      "import { MemoryStorageBackend } from '@aos-storage/core'",
      "import { runConformance } from '@aos-storage/core/testing'",
      '',
      'const cancelled = new AbortController()',
      'const harness = {',
      "  name: 'memory',",
      '  open: async () => ({ backend: new MemoryStorageBackend() }),',
      '}',
      'const report = await runConformance(harness, {',
      '  signal: cancelled.signal,',
      '  onCase: () => cancelled.abort(),',
      '})',
      'console.log(`${report.outcomes.length} case was run`)',
      '',
    ].join('\n'),
  }
}

function harnessImports({ target }: ConformanceRequest, kit: string): string[] {
  const fromKit = `import { ${kit} } from '@aos-storage/core/testing'`
  if (target === 'memory') {
    return ["import { MemoryStorageBackend } from '@aos-storage/core'", fromKit]
  }
  if (target === 'azure') {
    return ["import { AzureStorageBackend } from '@aos-storage/backend-azure'", fromKit]
  }
  if (target === 's3') {
    return ["import { S3StorageBackend } from '@aos-storage/backend-s3'", fromKit]
  }
  return [
    "import { mkdtemp, rm } from 'node:fs/promises'",
    "import { tmpdir } from 'node:os'",
    "import { join } from 'node:path'",
    openFiles,
    fromKit,
  ]
}

function harnessLines({ target, durability = 'fsync' }: ConformanceRequest): string[] {
  if (target === 'memory') {
    return [
      '{',
      "  name: 'memory',",
      '  async open() {',
      '    // Small, so that the kit tries the largest object.',
      '    const backend = new MemoryStorageBackend({ objectBytesMax: 16 * 1024 ** 2 })',
      '    return {',
      '      backend,',
      '      async putForeign(name, body) {',
      "        await backend.write(name, body, { contentType: 'application/octet-stream' })",
      '        return name',
      '      },',
      '    }',
      '  },',
      '},',
    ]
  }
  if (target === 's3') return s3HarnessLines()
  if (target === 'azure') {
    return [
      '{',
      "  name: 'azure',",
      '  isSlow: true,',
      '  timeLimitMs: 60_000,',
      '  bufferedBytesMax: 32 * 1024 ** 2,',
      '  async open() {',
      '    // A container for nothing else; each store is below a prefix of its own.',
      '    const options = {',
      `      ${accountSetting()}`,
      "      container: 'playground-conformance',",
      '      prefix: crypto.randomUUID(),',
      '    }',
      '    const backend = new AzureStorageBackend(options)',
      '    await backend.createContainer()',
      '    return {',
      '      backend,',
      '      reopen: async () => new AzureStorageBackend(options),',
      "      child: { module: new URL('open-child.ts', import.meta.url).href, args: options },",
      '    }',
      '  },',
      '},',
    ]
  }
  return [
    '{',
    "  name: 'file',",
    '  async open() {',
    "    const basePath = await mkdtemp(join(tmpdir(), 'conformance-'))",
    `    const options = { basePath, durability: '${durability}' } as const`,
    '    return {',
    '      backend: new FileStorageBackend(options),',
    '      reopen: async () => new FileStorageBackend(options),',
    "      child: { module: new URL('open-child.ts', import.meta.url).href, args: options },",
    '      // A file system has no name with an empty segment.',
    '      putForeign: async () => undefined,',
    '      dispose: () => rm(basePath, { recursive: true }),',
    '    }',
    '  },',
    '},',
  ]
}

/** Of the store's own account; else of the one that the environment names. */
function accountSetting(): string {
  const own = settings().find((line) => line.startsWith('connectionString:'))
  return own ?? "connectionString: process.env['AOS_AZURE_CONNECTION_STRING'],"
}

function optionLines({ seed, group }: ConformanceRequest): string[] {
  const options = [
    ...(seed === undefined ? [] : [`seed: ${seed}`]),
    ...(group === undefined ? [] : [`filter: ({ group }) => group === ${literal(group)}`]),
  ]
  return options.length === 0 ? [] : [`  { ${options.join(', ')} },`]
}
