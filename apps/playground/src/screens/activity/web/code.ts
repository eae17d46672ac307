/**
 * "The code": TypeScript that does with the public API what this screen shows and does. Each piece
 * is a program of its own and runs as it is; the tests run every one.
 */
import type { ActionText } from '../../../web/actions.ts'
import { program, settings } from '../../../web/program.ts'
import { holdsConditions } from '../../../web/store-place.ts'

/** Listens to every operation that ends, as the feed does. */
export function watchText(): ActionText {
  return {
    label: 'Watch the operations',
    code: [
      "import type { OperationContext } from '@aos-storage/core'",
      "import { operationChannels, StorageManager } from '@aos-storage/core'",
      '',
      'const storage = await StorageManager.open(',
      '  {',
      ...settings().map((line) => `    ${line}`),
      '  },',
      '  // Keys are told only when a program asks for them.',
      '  { diagnostics: { keys: true } },',
      ')',
      'const onEnd = (message: unknown): void => {',
      '  const { operation, key, bytes, durationMs, outcome } = message as OperationContext',
      '  console.log(operation, key, bytes, durationMs, outcome)',
      '}',
      'operationChannels.read.asyncEnd.subscribe(onEnd)',
      'operationChannels.write.asyncEnd.subscribe(onEnd)',
      '// and list, stat, copy, delete, deleteMany, health; tracedOperations names them all',
      '',
      "console.log(await storage.find('playground/no-such-key'))",
      'await storage.close()',
      '',
    ].join('\n'),
  }
}

/** Counts operations and their latency, as the totals do. */
export function totalsText(): ActionText {
  return {
    label: 'Count the operations',
    code: program(
      [
        'const statistics = collectStatistics()',
        '',
        'for await (const entry of storage.list({ limit: 100 })) {',
        "  if (entry.kind === 'object') await storage.stat(entry.key, { foreign: true })",
        '}',
        'console.table(statistics.snapshot().series)',
        'statistics.stop()',
      ],
      [],
      ['collectStatistics'],
    ),
  }
}

/** Begins to count anew. */
export function resetTotalsText(): ActionText {
  return {
    label: 'Begin the totals anew',
    code: program(
      [
        'const statistics = collectStatistics()',
        'await storage.listPage({ limit: 1 })',
        'statistics.reset()',
        'console.log(statistics.snapshot().series) // []',
        'statistics.stop()',
      ],
      [],
      ['collectStatistics'],
    ),
  }
}

/** The workload of `server/traffic.ts`: the same choices from the same seed. */
export function trafficText(seed: number, steps: number, pauseMs: number): ActionText {
  const onlyNew = holdsConditions() ? ", { ifNoneMatch: '*' }" : ''
  return {
    label: 'Make some traffic',
    code: program(
      [
        `const random = seededRandom(${seed})`,
        'const prefix = `playground/traffic/${crypto.randomUUID()}/`',
        '',
        'function step(): Promise<unknown> {',
        '  const key = `${prefix}note-${random.integer(40)}`',
        "  const text = 'traffic '.repeat(1 + random.integer(6250))",
        '  const choice = random.integer(10)',
        '  if (choice < 3) return storage.save(key, { text })',
        '  if (choice < 6) return storage.load(key)',
        '  if (choice === 6) return storage.listKeys(prefix)',
        `  if (choice === 7) return storage.save(key, { text }${onlyNew})`,
        '  if (choice === 8) return storage.copy(key, `${prefix}copy-${random.integer(40)}`)',
        '  return storage.delete(key)',
        '}',
        '',
        'let refused = 0',
        `for (let done = 0; done < ${steps}; done++) {`,
        '  try {',
        '    await step()',
        '  } catch (error) {',
        '    // Meant to happen: a key that is missing, or there already.',
        "    if (!isStorageError(error, 'NOT_FOUND', 'ALREADY_EXISTS')) throw error",
        '    refused++',
        '  }',
        ...(pauseMs === 0 ? [] : [`  await setTimeout(${pauseMs})`]),
        '}',
        'console.log(`${refused} refused`)',
        'await storage.deleteMany(await storage.listKeys(prefix))',
      ],
      [
        ...(pauseMs === 0 ? [] : ["import { setTimeout } from 'node:timers/promises'"]),
        "import { seededRandom } from '@aos-storage/core/testing'",
      ],
      ['isStorageError'],
    ),
  }
}
