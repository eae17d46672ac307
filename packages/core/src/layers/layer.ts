/**
 * Layers: functions from backend to backend, given outermost first.
 *
 * ```
 * layers: [retry(), timeout(), compress(), encrypt()]
 *   call -> retry -> timeout -> compress -> encrypt -> backend
 * ```
 *
 * Order has meaning. A layer declares what it must be outside or inside of, and why; `open` refuses
 * an order that breaks data or promises, naming both layers.
 *
 * A layer keeps the contract of `StorageBackend` as its backend does: one that refuses a write
 * itself closes the body with `discardSource`.
 */
import { isBackend, type StorageBackend } from '../backend.ts'
import { StorageError } from '../errors.ts'
import { assertOptions, describe } from '../options.ts'
import { layersAround, type LayerOrder, type LayerPlace, noteLayer } from './stack.ts'

export type { LayerOrder } from './stack.ts'

/** A function from backend to backend that knows its name and its place. */
export interface Layer extends LayerPlace {
  (inner: StorageBackend): StorageBackend
  /** False: a second one in the same list is a mistake. */
  readonly isRepeatable: boolean
}

/** What {@link defineLayer} takes. */
export interface LayerDefinition {
  readonly name: string
  readonly wrap: (inner: StorageBackend) => StorageBackend
  readonly outsideOf?: readonly LayerOrder[] | undefined
  readonly insideOf?: readonly LayerOrder[] | undefined
  /** Default false. */
  readonly isRepeatable?: boolean | undefined
}

const definitionNames: ReadonlySet<string> = new Set([
  ...['name', 'wrap', 'outsideOf', 'insideOf', 'isRepeatable'],
])

/** Makes a {@link Layer} of a function. @throws TypeError for a name that it does not know. */
export function defineLayer(definition: LayerDefinition): Layer {
  assertOptions(definition, definitionNames, 'defineLayer')
  const layer = (inner: StorageBackend): StorageBackend => definition.wrap(inner)
  return Object.freeze(
    Object.assign(layer, {
      layerName: definition.name,
      outsideOf: definition.outsideOf ?? [],
      insideOf: definition.insideOf ?? [],
      isRepeatable: definition.isRepeatable ?? false,
    }),
  )
}

/** The layer with members of its own: numbers to look at, something to be done. */
export function extendLayer<Members extends object>(
  layer: Layer,
  members: Members,
): Layer & Members {
  const extended = (inner: StorageBackend): StorageBackend => layer(inner)
  const all = { ...Object.getOwnPropertyDescriptors(members) }
  for (const name of ['layerName', 'outsideOf', 'insideOf', 'isRepeatable'] as const) {
    Object.defineProperty(extended, name, { value: layer[name], enumerable: true })
  }
  return Object.freeze(Object.defineProperties(extended, all)) as unknown as Layer & Members
}

/**
 * Puts `layers` around `backend`, the first one outermost. One that the backend carries already, of
 * an earlier call, counts for the order; a second one of its kind is no mistake then, unless it has
 * a rule against itself.
 *
 * @throws TypeError for something that no {@link defineLayer} made, or that gives no backend.
 * @throws StorageError `INVALID_ARGUMENT` for an order that breaks data or promises.
 */
export function applyLayers(backend: StorageBackend, layers: readonly Layer[]): StorageBackend {
  assertLayerOrder(layers)
  const carried = layersAround(backend)
  for (const outer of layers) {
    for (const inner of carried) assertPair(outer, inner, ' (the backend carries it)')
  }
  return layers.reduceRight((inner, layer) => {
    const outer: unknown = layer(inner)
    if (isBackend(outer)) {
      noteLayer(outer, layer, inner)
      return outer
    }
    throw new TypeError(`The layer "${layer.layerName}" gave no storage backend`)
  }, backend)
}

/** @throws as {@link applyLayers}; checks only. */
export function assertLayerOrder(layers: readonly Layer[]): void {
  if (!Array.isArray(layers)) throw new TypeError('layers is an array, outermost first')
  layers.forEach((layer: unknown, place) => {
    if (typeof layer !== 'function' || !('layerName' in layer)) {
      throw new TypeError(`layers[${place}] is no layer${remedyOf(layer)}`)
    }
  })
  layers.forEach((layer, place) => {
    const outer = layers.slice(0, place)
    if (!layer.isRepeatable && outer.some((other) => other.layerName === layer.layerName)) {
      throw orderError(`The layer "${layer.layerName}" is given twice; once is enough`)
    }
    for (const other of outer) assertPair(other, layer)
  })
}

/** A function that makes a layer and was not called is told apart from nothing else. */
function remedyOf(given: unknown): string {
  if (typeof given !== 'function') return `, but ${describe(given)}; make one with defineLayer()`
  const call = /^[\w$]+$/.test(given.name) ? `call it, ${given.name}()` : 'call it'
  return `, but a function: ${call}, if it makes one; else make one of it with defineLayer()`
}

/** @param where Said of the inner one. */
function assertPair(outer: LayerPlace, inner: LayerPlace, where = ''): void {
  const rule =
    outer.insideOf.find(({ layer }) => layer === inner.layerName) ??
    inner.outsideOf.find(({ layer }) => layer === outer.layerName)
  if (rule === undefined) return
  const { layerName } = inner
  if (layerName === outer.layerName) {
    throw orderError(`The backend carries a layer "${layerName}" already: ${rule.because}`)
  }
  throw orderError(
    `The layer "${layerName}"${where} must come before "${outer.layerName}" in layers: ` +
      rule.because,
  )
}

function orderError(message: string): StorageError {
  return new StorageError('INVALID_ARGUMENT', message)
}
