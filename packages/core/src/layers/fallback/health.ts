/** Health of several stores: reads work as long as one of them does. */
import type { Health, OperationOptions, StorageBackend } from '../../backend.ts'
import { isStorageError } from '../../errors.ts'
import type { Parts } from './parts.ts'
import { unseenText } from './state.ts'

export async function healthOf(
  parts: Parts,
  isClosed: boolean,
  options: OperationOptions,
): Promise<Health> {
  const { primary, settings, reconciled } = parts
  const [first, ...others] = await Promise.all([
    healthOfOne(primary.backend, options),
    ...settings.stores.map(({ backend }) => healthOfOne(backend, options)),
  ])
  // Where writes are refused, nobody else asks what an earlier process has left.
  if (!isClosed && !settings.takesWrites && others[0]!.ok) await reconciled?.look(options.signal)
  const unseen = unseenText(parts)
  const healthy = settings.stores.find((_, at) => others[at]!.ok)
  const ok = !isClosed && (first.ok || healthy !== undefined)
  return {
    ok,
    latencyMs: first.latencyMs,
    message:
      messageOf(first, healthy?.name, isClosed) + (unseen === undefined ? '' : `; ${unseen}`),
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
