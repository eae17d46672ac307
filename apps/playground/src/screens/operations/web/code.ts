/**
 * "The code": TypeScript that builds the stack of the lab with the public API, as it is switched
 * now. It is a program of its own and runs as it is; the tests run it.
 */
import type { ActionText } from '../../../web/actions.ts'
import type { FaultSettings, LabState, LayerName, LayerSettings } from '../server/wire.ts'

type Shown = Pick<LabState, 'layers' | 'faults' | 'load'>

/** The stack as a program. @param label What the person did. */
export function stackText(label: string, { layers, faults, load }: Shown): ActionText {
  const calls = callsOf(layers)
  const isTorn = faults.tornPercent > 0
  const fromCore = [
    ...calls.flatMap(({ name }) => (name === 'circuitBreaker' ? [] : [name])),
    ...(layers.fallback.isOn ? ['MemoryStorageBackend'] : []),
    ...(isTorn ? ['isStorageError', 'StorageError'] : []),
    ...['metrics', 'StorageManager'],
  ].toSorted((a, b) => a.localeCompare(b, 'en'))
  return {
    label,
    code: [
      "import { FileStorageBackend } from '@aos-storage/backend-file'",
      ...(layers.circuitBreaker.isOn
        ? ["import { circuitBreaker } from '@aos-storage/circuit-breaker'"]
        : []),
      `import { ${fromCore.join(', ')} } from '@aos-storage/core'`,
      ...(isTorn ? ["import { aroundCalls, defineLayer } from '@aos-storage/core/backend'"] : []),
      "import { faults, seededRandom } from '@aos-storage/core/testing'",
      '',
      '// What your program sees, and what the store does.',
      "const program = metrics({ name: 'program' })",
      "const store = metrics({ name: 'store' })",
      ...faultLines(faults),
      ...(isTorn ? connectionLines : []),
      ...(layers.fallback.isOn ? ['const spare = new MemoryStorageBackend()'] : []),
      '',
      'const storage = new StorageManager(',
      "  new FileStorageBackend({ basePath: './operations', durability: 'none' }),",
      '  {',
      '    // Outermost first.',
      '    layers: [',
      '      program,',
      ...calls.map(({ code }) => `      ${code},`),
      '      store,',
      ...(isTorn ? ['      connection,'] : []),
      '      injector,',
      '    ],',
      '  },',
      ')',
      'try {',
      `  const random = seededRandom(${load.seed})`,
      '  for (let step = 0; step < 100; step++) {',
      '    const key = `note-${random.integer(48)}`',
      '    const call = random.next() < 0.5 ? storage.find(key) : storage.save(key, { step })',
      '    // What fails is counted by the meters.',
      '    await call.catch(() => undefined)',
      '  }',
      '  for (const meter of [program, store]) {',
      '    const { name, total } = meter.snapshot()',
      '    console.log(name, total.answered, total.faults, total.errors)',
      '  }',
      '} finally {',
      '  injector.clear()',
      '  await storage.close()',
      '}',
      '',
    ].join('\n'),
  }
}

type Calls = { readonly [Name in LayerName]: (options: LayerSettings[Name]) => string }

/** Complete, and in the order of the stack. */
const layerCalls: Calls = {
  deadline: ({ totalMs }) => `deadline({ totalMs: ${totalMs} })`,
  fallback: ({ takesWrites }) =>
    `fallback(spare, { writes: '${takesWrites ? 'fallback' : 'refuse'}', mirror: true })`,
  retry: ({ attemptsMax, delayMs }) =>
    `retry({ attemptsMax: ${attemptsMax}, delayMs: ${delayMs}, retryAfterMsMax: 200 })`,
  circuitBreaker: ({ failurePercent, openMs }) =>
    `circuitBreaker({ failureRatio: ${failurePercent / 100}, ` +
    `samplingMs: 5000, openMs: ${openMs} })`,
  rateLimit: ({ operationsPerSecond: rate }) =>
    `rateLimit({ operationsPerSecond: ${rate}, queueMax: 100, waitMsMax: 5000 })`,
  concurrency: ({ max }) => `concurrency({ max: ${max}, queueMax: 100 })`,
  timeout: ({ attemptMs }) => `timeout({ attemptMs: ${attemptMs} })`,
  checksum: () => 'checksum()',
  compress: ({ algorithm }) => `compress({ algorithm: '${algorithm}' })`,
}

interface LayerCode {
  readonly name: LayerName
  readonly code: string
}

function callsOf(layers: LayerSettings): readonly LayerCode[] {
  const names = Object.keys(layerCalls) as LayerName[]
  return names.flatMap((name) => {
    // Each gets the settings of its own name.
    const codeOf = layerCalls[name] as (options: LayerSettings[LayerName]) => string
    return layers[name].isOn ? [{ name, code: codeOf(layers[name]) }] : []
  })
}

function faultLines(faults: FaultSettings): readonly string[] {
  const rules = ruleLines(faults)
  if (rules.length === 0) return [`const injector = faults({ seed: ${faults.seed} })`]
  return [
    "const calls = ['read', 'write', 'stat', 'delete', 'list', 'copy', 'deleteMany'] as const",
    'const injector = faults({',
    `  seed: ${faults.seed},`,
    '  rules: [',
    ...rules.map((rule) => `    ${rule},`),
    '  ],',
    '})',
  ]
}

/** As `rulesOf` of `server/faults.ts` makes them. */
function ruleLines(faults: FaultSettings): readonly string[] {
  const { latencyMs, jitterMs } = faults
  const share = (percent: number, operation: string, fault: string): readonly string[] => {
    if (percent === 0) return []
    return [`{ operation: ${operation}, fault: ${fault}, probability: ${percent / 100} }`]
  }
  const latency = `{ kind: 'latency', delayMs: ${latencyMs}, jitterMs: ${jitterMs} }`
  const changes = "['write', 'delete', 'copy', 'deleteMany']"
  return [
    ...(latencyMs + jitterMs === 0 ? [] : [`{ operation: calls, fault: ${latency} }`]),
    ...(faults.isOutage ? ["{ operation: calls, fault: { kind: 'error' } }"] : []),
    ...share(faults.errorPercent, 'calls', "{ kind: 'error' }"),
    ...share(faults.limitedPercent, 'calls', "{ kind: 'error', error: 'RATE_LIMITED' }"),
    ...share(faults.lostPercent, changes, "{ kind: 'lost-answer' }"),
    ...share(faults.tornPercent, "['write']", "{ kind: 'torn-write', afterBytes: 64 }"),
    ...share(faults.shortPercent, "['read']", "{ kind: 'short-read', afterBytes: 64 }"),
    ...share(faults.silentPercent, "['read']", "{ kind: 'silent-end', afterBytes: 64 }"),
  ]
}

/** As `connection` of `server/faults.ts`. */
const connectionLines: readonly string[] = [
  '// To files a body that breaks off is a fault of the caller; a connection may be tried again.',
  'const connection = defineLayer({',
  "  name: 'connection',",
  '  wrap: (inner) =>',
  '    aroundCalls(inner, (call, run) =>',
  '      run().catch((cause: unknown) => {',
  "        if (!isStorageError(cause, 'ABORTED') || call.options?.signal?.aborted) throw cause",
  "        throw new StorageError('UNAVAILABLE', 'The connection broke off', { cause })",
  '      }),',
  '    ),',
  '})',
]
