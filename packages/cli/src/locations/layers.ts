/**
 * Layers of a profile: those that are needed to read what a service wrote through them.
 *
 * ```json
 * "layers": [{ "checksum": { "missing": "refuse" } }, { "compress": {} }, { "prefix": "a/b/" }]
 * ```
 *
 * The outermost comes first, as in `StorageManager.open`; core refuses an order that breaks data.
 */
import {
  checksum,
  type ChecksumOptions,
  compress,
  type CompressOptions,
  isStorageError,
  type Layer,
  prefix,
} from '@aos-storage/core'
import { usageError } from '../failure.ts'

const makers: Readonly<Record<string, (options: unknown) => Layer>> = {
  compress: (options) => compress(options as CompressOptions),
  checksum: (options) => checksum(options as ChecksumOptions),
  prefix: (options) => prefix(options as string),
}

const example = 'Write it as [{"compress": {}}, {"checksum": {}}, {"prefix": "tenant/a/"}]'

/** @throws CommandFailure naming the profile, the layer and the fix. */
export function layersOf(profile: string, layers: unknown): readonly Layer[] {
  if (layers === undefined) return []
  if (!Array.isArray(layers)) throw usageError(`layers of profile ${profile} is no list`, example)
  return layers.map((layer, place) => layerOf(`layers[${place}] of profile ${profile}`, layer))
}

function layerOf(place: string, layer: unknown): Layer {
  const entries = typeof layer === 'object' && layer !== null ? Object.entries(layer) : []
  const [entry] = entries
  if (entry === undefined || entries.length !== 1) {
    throw usageError(`${place} is no object of one layer`, example)
  }
  const [name, options] = entry
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined
  if (make === undefined) {
    throw usageError(
      `${place} is ${JSON.stringify(name.slice(0, 40))}, which is none`,
      `Known are ${Object.keys(makers).join(', ')}: those that are needed to read`,
    )
  }
  try {
    return make(options)
  } catch (error) {
    if (!(error instanceof TypeError) && !isStorageError(error)) throw error
    throw usageError(`${place}, ${name}: ${error.message}`, example)
  }
}
