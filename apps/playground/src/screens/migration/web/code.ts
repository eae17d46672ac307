/**
 * "The code": TypeScript that does the same migration with the public API. It is a program of its
 * own and runs as it is; the tests run it.
 */
import type { ActionText } from '../../../web/actions.ts'
import { quoted, settings } from '../../../web/program.ts'
import { holdsConditions } from '../../../web/store-place.ts'
import { placeText } from '../server/place-text.ts'
import type { MigrationPlan, Place, SampleSettings } from '../server/wire.ts'

export interface CodeSurroundings {
  /** Of this screen, in the data folder. */
  readonly folder: string
  /** Of a migration that was begun: its journal is gone on with. */
  readonly id?: string | undefined
  readonly isPreview?: boolean | undefined
}

/** The migration as a program. @param label What the person did. */
export function migrationText(
  label: string,
  plan: MigrationPlan,
  surroundings: CodeSurroundings,
): ActionText {
  const { folder, isPreview = false } = surroundings
  const isSlow = plan.requestsPerSecond > 0 && !isPreview
  const isFaulty = plan.faultPercent > 0 && !isPreview
  return {
    label,
    code: [
      `import { migrate, ${isSlow ? 'rateLimit, ' : ''}StorageManager } from '@aos-storage/core'`,
      ...(isFaulty ? ["import { faults } from '@aos-storage/core/testing'"] : []),
      '',
      ...openLines('source', plan.from, folder, isSlow ? slowLines(plan) : []),
      ...openLines('destination', plan.to, folder, isFaulty ? faultLines(plan) : []),
      'try {',
      '  const job = migrate(source, destination, {',
      ...optionLines(plan, surroundings).map((line) => `    ${line}`),
      '  }) // job.pause(), job.resume(), job.progress()',
      '  const report = await job.done',
      '  console.log(report.outcome, report.copied, report.unchanged, report.failed)',
      '  for (const { key, code, message } of report.failures) console.log(key, code, message)',
      '  for (const { what, objects, why } of report.losses) console.log(what, objects, why)',
      '} finally {',
      '  await source.close()',
      '  await destination.close()',
      '}',
      '',
    ].join('\n'),
  }
}

/** What is done about a migration that runs, or was begun. */
export function jobText(label: string, call: 'pause' | 'resume' | 'abort'): ActionText {
  const line = call === 'abort' ? 'stop.abort()' : `job.${call}()`
  return {
    label,
    code: [
      "import { migrate, MemoryStorageBackend } from '@aos-storage/core'",
      '',
      '// Of the migration that runs; its stores are those of the page.',
      'const [source, destination] = [new MemoryStorageBackend(), new MemoryStorageBackend()]',
      'const stop = new AbortController()',
      'const job = migrate(source, destination, { signal: stop.signal })',
      line,
      ...(call === 'pause' ? ['console.log(job.progress().isPaused)', 'job.resume()'] : []),
      'await job.done.catch((error: unknown) => console.log(String(error)))',
      '',
    ].join('\n'),
  }
}

function openLines(
  variable: string,
  place: Place,
  folder: string,
  layers: readonly string[],
): readonly string[] {
  const [first, ...more] = configOf(place, folder)
  if (layers.length === 0) {
    if (more.length === 0) return [`const ${variable} = await StorageManager.open(${first})`]
    return [`const ${variable} = await StorageManager.open(${first}`, ...more.slice(0, -1), '})']
  }
  const config = more.length === 0 ? [`  ${first},`] : [first!, ...more].map((line) => `  ${line}`)
  if (more.length > 0) config[config.length - 1] += ','
  return [
    `const ${variable} = await StorageManager.open(`,
    ...config,
    ...layers.map((line) => `  ${line}`),
    ')',
  ]
}

function configOf(place: Place, folder: string): readonly string[] {
  const files = (path: string): readonly string[] => [
    '{',
    "  storageType: 'file',",
    `  basePath: ${quoted(`${folder}/${path}`)},`,
    '}',
  ]
  switch (place.kind) {
    case 'memory':
      return ["'memory'"]
    case 'playground':
      return ['{', ...settings().map((line) => `  ${line}`), '}']
    case 'sample':
      return files('sample')
    default:
      return files(`stores/${place.name}`)
  }
}

function slowLines({ requestsPerSecond }: MigrationPlan): readonly string[] {
  return [
    `{ layers: [rateLimit({ operationsPerSecond: ${requestsPerSecond}, waitMsMax: 3_600_000 })] },`,
  ]
}

/** As `rulesOf` of `server/moving.ts` makes them. */
function faultLines({ faultPercent }: MigrationPlan): readonly string[] {
  const chance = `probability: ${faultPercent / 100}`
  const rules = [
    `{ operation: ['read', 'write', 'stat'], fault: { kind: 'error' }, ${chance} },`,
    `{ operation: 'write', fault: { kind: 'lost-answer' }, ${chance} },`,
  ]
  return [
    '{',
    '  layers: [',
    '    faults({',
    '      seed: 1,',
    '      rules: [',
    ...rules.map((rule) => `        ${rule}`),
    '      ],',
    '    }),',
    '  ],',
    '},',
  ]
}

/** Those that are not the defaults, and what makes it go on after a kill. */
function optionLines(
  plan: MigrationPlan,
  { folder, id, isPreview = false }: CodeSurroundings,
): readonly string[] {
  const { include, exclude, mapFrom, mapTo, existing, compare, verify, concurrency } = plan
  const list = (texts: readonly string[]): string => `[${texts.map(quoted).join(', ')}]`
  const journal = id === undefined ? './migration.journal' : `${folder}/runs/${id}.journal`
  const isConditional = plan.from.kind !== 'playground' || holdsConditions()
  const deletion = isConditional ? 'verified' : 'verified-unconditionally'
  return [
    ...(include.length === 0 ? [] : [`include: ${list(include)},`]),
    ...(exclude.length === 0 ? [] : [`exclude: ${list(exclude)},`]),
    ...(mapFrom === '' && mapTo === '' ? [] : [`mapKeys: { prefix: ${list([mapFrom, mapTo])} },`]),
    ...(existing === 'fail' ? [] : [`existing: '${existing}',`]),
    ...(compare === 'origin' ? [] : [`compare: '${compare}',`]),
    ...(verify === 'read-back' ? [] : [`verify: '${verify}',`]),
    ...(plan.deleteSource ? [`deleteSource: '${deletion}',`] : []),
    ...(concurrency === 16 ? [] : [`concurrency: ${concurrency},`]),
    ...(isPreview ? ['dryRun: true,'] : [`journal: ${quoted(journal)},`]),
    'onProgress: ({ objectsDone, objectsTotal }) => {',
    '  console.log(`${objectsDone} of ${objectsTotal}`)',
    '},',
  ]
}

/** Something like the sample set. */
export function sampleText({ objects, bytes }: SampleSettings, folder: string): ActionText {
  return {
    label: `Make ${objects} samples`,
    code: [
      "import { StorageManager } from '@aos-storage/core'",
      "import { seededRandom } from '@aos-storage/core/testing'",
      '',
      ...openLines('sample', { kind: 'sample' }, folder, []),
      'try {',
      '  const random = seededRandom(1)',
      `  for (let index = 0; index < ${objects}; index++) {`,
      "    const folder = String(index % 40).padStart(2, '0')",
      `    await sample.save(\`blobs/\${folder}/blob-\${index}\`, random.bytes(${bytes}))`,
      '  }',
      '} finally {',
      '  await sample.close()',
      '}',
      '',
    ].join('\n'),
  }
}

/** Deletes a store of this screen. */
export function removeStoreText(place: Place, folder: string): ActionText {
  const label = `Delete ${placeText(place)}`
  if (place.kind === 'memory') return { label, code: '// What is in memory ends with its store.\n' }
  const path = place.kind === 'folder' ? `stores/${place.name}` : 'sample'
  return {
    label,
    code: [
      "import { rm } from 'node:fs/promises'",
      '',
      '// With all that is in it; close it first.',
      `await rm(${quoted(`${folder}/${path}`)}, { recursive: true, force: true })`,
      '',
    ].join('\n'),
  }
}

/** Forgets what a migration could go on from. */
export function forgetText(id: string, folder: string): ActionText {
  return {
    label: 'Forget a migration',
    code: [
      "import { rm } from 'node:fs/promises'",
      '',
      '// Without its journal it begins anew; copies that are there are found.',
      `await rm(${quoted(`${folder}/runs/${id}.journal`)}, { force: true })`,
      '',
    ].join('\n'),
  }
}
