/** Health of several stores: reads work as long as one of them does. */
import type { Health, OperationOptions, StorageBackend } from '../../backend.ts'
import { isStorageError } from '../../errors.ts'
import type { Parts } from './parts.ts'

export async function healthOf(
  { primary, settings }: Parts,
  isClosed: boolean,
  options: OperationOptions,
): Promise<Health> {
  const [first, ...others] = await Promise.all([
    healthOfOne(primary.backend, options),
    ...settings.stores.map(({ backend }) => healthOfOne(backend, options)),
  ])
  const healthy = settings.stores.find((_, at) => others[at]!.ok)
  const ok = !isClosed && (first.ok || healthy !== undefined)
  return {
    ok,
    latencyMs: first.latencyMs,
    message: messageOf(first, healthy?.name, isClosed),
    details: {
      ...prefixed('primary', first),
      ...Object.assign({}, ...settings.stores.map(({ name }, at) => prefixed(name, others[at]!))),
    },
  }
}

function messageOf(primary: Health, healthy: string | undefined, isClosed: boolean): string {
  if (isClosed) return 'closed'
  if (primary.ok) return `the primary works: ${primary.message}`
  const rest =
    healthy === undefined ? 'and neither does a fallback' : `the fallback "${healthy}" does`
  return `the primary does not work, ${rest}: ${primary.message}`
}

async function healthOfOne(backend: StorageBackend, options: OperationOptions): Promise<Health> {
  try {
    return await backend.health(options)
  } catch (error) {
    if (!isStorageError(error) || error.code === 'ABORTED') throw error
    return { ok: false, latencyMs: 0, message: error.message, details: {} }
  }
}

function prefixed(name: string, health: Health): Record<string, string | number | boolean> {
  const facts = Object.entries({ ok: health.ok, message: health.message, ...health.details })
  return Object.fromEntries(facts.map(([fact, value]) => [`${name}.${fact}`, value]))
}
