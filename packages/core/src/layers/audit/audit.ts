/**
 * The audit layer: who did what to which key, when, and how it ended, for a sink that keeps it.
 *
 * Closed by default: what cannot be recorded is not done. See `recorder.ts` for when an entry is
 * made, `trail.ts` for how it gets to the sink, `docs/formats/audit-log.md` for what is in it.
 */
import type { StorageBackend } from '../../backend.ts'
import { defineLayer, extendLayer, type Layer } from '../layer.ts'
import { prefixOf } from '../prefix.ts'
import { stackOf, tellState } from '../stack.ts'
import { AuditedBackend } from './backend.ts'
import { type AuditOptions, type AuditSettings, auditSettings } from './options.ts'
import { Recorder } from './recorder.ts'
import { AuditTrail } from './trail.ts'

/** The layer, and the way to wait for its sink. */
export interface AuditLayer extends Layer {
  /** @throws StorageError `UNAVAILABLE` unless the sink took all that waited. */
  flush(): Promise<void>
}

/**
 * Makes an audit layer. Its sink is closed with the last store that it stands around.
 *
 * @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing.
 */
export function audit(options: AuditOptions): AuditLayer {
  const settings = auditSettings(options)
  const trail = new AuditTrail(settings)
  const users = new Set<StorageBackend>()
  const layer = defineLayer({
    name: 'audit',
    outsideOf: [
      {
        layer: 'retry',
        because: 'inside of it, each attempt would be recorded as a call of its own',
      },
      {
        layer: 'fallback',
        because: 'inside of it, what another store answers or takes would not be recorded',
      },
      { layer: 'cache', because: 'inside of it, what the cache answers would not be recorded' },
    ],
    wrap: (inner) => audited(inner, settings, trail, users),
  })
  return extendLayer(layer, { flush: () => trail.flush() })
}

function audited(
  inner: StorageBackend,
  settings: AuditSettings,
  trail: AuditTrail,
  users: Set<StorageBackend>,
): StorageBackend {
  const recorder = new Recorder({ ...settings, trail, backend: inner.name })
  const after = async (): Promise<void> => {
    users.delete(outer)
    await trail.waitFor(recorder.settled())
    await (users.size === 0 ? trail.close() : trail.flush())
  }
  const before =
    settings.sink.place === undefined
      ? undefined
      : // What the sink does not take now is told by the end.
        (): Promise<void> => trail.flush().catch(() => undefined)
  const folder = folderInside(inner, settings)
  const outer = new AuditedBackend(inner, recorder, folder, { before, after })
  users.add(outer)
  tellState(outer, { state: () => trail.state() })
  return outer
}

/**
 * The folder of the sink as its keys are here, if it is in the store inside. Behind prefix views
 * they are shorter; a view that is all within the folder has nothing else, and one beside it has
 * none of it.
 */
function folderInside(inner: StorageBackend, { sink }: AuditSettings): string | undefined {
  if (sink.place === undefined) return undefined
  const { backend, prefix } = sink.place
  const stack = stackOf(inner)
  const depth = stack.findIndex((entry) => entry.backend === backend)
  if (depth === -1) return undefined
  // The innermost one is the first part of a key.
  const views = stack.slice(0, depth).map((entry) => prefixOf(entry.backend) ?? '')
  const view = views.toReversed().join('')
  if (prefix.startsWith(view)) return prefix.slice(view.length)
  return view.startsWith(prefix) ? '' : undefined
}
