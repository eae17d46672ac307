/**
 * One structured line for each operation, for any logger that is shaped like pino: no values, keys
 * as they are, hashed or not at all, failures at their level, slow calls told.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/logging.ts [folder]
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { log, type Logger, retry, StorageManager } from '@aos-storage/core'
import { faults } from '@aos-storage/core/testing'

const [basePath = mkdtempSync(join(tmpdir(), 'logging-'))] = process.argv.slice(2)

// `pino({ name: 'AOS.Storage' })` goes in as it is; this one writes lines of JSON.
const write = (level: string) => (fields: object, message: string) => {
  console.log(JSON.stringify({ level, message, ...fields, ...shown(fields) }))
}
const logger: Logger = {
  debug: write('debug'),
  info: write('info'),
  warn: write('warn'),
  error: write('error'),
}

const network = faults({
  seed: 1,
  rules: [{ operation: 'stat', nth: 1, fault: { kind: 'error' } }],
})
const layers = [log(logger, { keys: 'hash', slowMs: 60_000 }), retry({ delayMs: 1 }), network]
await using storage = await StorageManager.open({ storageType: 'file', basePath }, { layers })

await storage.save('customers/ada', { plan: 'gold' })
await storage.find('customers/bob') // an answer, no failure: debug
await storage.stat('customers/ada') // fails once, is tried again, and succeeds

/** Times differ from run to run; here they are told as whole seconds. */
function shown(fields: object): object {
  const seconds = (ms: number): number => Math.floor(ms / 1000)
  const { duration_ms, delay_ms } = fields as { duration_ms?: number; delay_ms?: number }
  return {
    ...(duration_ms === undefined ? {} : { duration_ms: seconds(duration_ms) }),
    ...(delay_ms === undefined ? {} : { delay_ms: seconds(delay_ms) }),
  }
}
