/**
 * What stands around a backend: which layers, in which order, and how each of them feels.
 *
 * `applyLayers` notes who wraps whom; a layer that has something to tell (an open circuit, a full
 * queue, writes to be reconciled) says so with {@link tellState}. Nothing here is asked on the way
 * of an operation.
 */
import type { StorageBackend } from '../backend.ts'

/** How a layer feels, without any I/O. */
export interface LayerState {
  /** False: operations fail or are held up because of this layer. */
  readonly ok: boolean
  /** A sentence for a person; when not ok with the fix, or when it will pass. */
  readonly message: string
  /** Numbers and words for a page or a metric. No keys, no secrets. */
  readonly details: Readonly<Record<string, string | number | boolean>>
}

/** A layer of a stack, or the backend at its end. */
export interface StackEntry {
  /** The layer's `layerName`, or the backend's name. */
  readonly name: string
  readonly kind: 'layer' | 'backend'
  readonly backend: StorageBackend
  /** Undefined for one that has nothing to tell. */
  readonly state: LayerState | undefined
  /** Further backends that it turns to, each with its own stack, by the name it was given. */
  readonly others: Readonly<Record<string, readonly StackEntry[]>>
}

/** Why one layer must not stand on the wrong side of another. */
export interface LayerOrder {
  /** The other layer's `layerName`. */
  readonly layer: string
  /** What breaks in the other order, as a sentence. */
  readonly because: string
}

/** What a layer says of its place. */
export interface LayerPlace {
  readonly layerName: string
  /** Layers that must come after this one in the list: nearer to the backend. */
  readonly outsideOf: readonly LayerOrder[]
  /** Layers that must come before this one in the list: nearer to the caller. */
  readonly insideOf: readonly LayerOrder[]
}

interface Link {
  readonly layer: LayerPlace
  readonly inner: StorageBackend
}

/** What a layer tells about itself. */
export interface LayerStory {
  readonly state?: (() => LayerState) | undefined
  /** Further backends that it turns to. */
  readonly others?: Readonly<Record<string, StorageBackend>> | undefined
}

// Kept beside the backends: the contract stays as small as it is.
const links = new WeakMap<StorageBackend, Link>()
const stories = new WeakMap<StorageBackend, LayerStory>()

/** Notes that `outer` is the layer around `inner`. */
export function noteLayer(outer: StorageBackend, layer: LayerPlace, inner: StorageBackend): void {
  // A layer may give back what it got, or something inside of it: nothing is around that.
  for (let at: StorageBackend | undefined = inner; at !== undefined; at = links.get(at)?.inner) {
    if (at === outer) return
  }
  links.set(outer, { layer, inner })
}

/** The layers that a backend carries already, the outermost first. */
export function layersAround(backend: StorageBackend): LayerPlace[] {
  const layers: LayerPlace[] = []
  for (let link = links.get(backend); link !== undefined; link = links.get(link.inner)) {
    layers.push(link.layer)
  }
  return layers
}

/** Lets the layer that made `outer` say how it feels, whenever somebody asks. */
export function tellState(outer: StorageBackend, story: LayerStory): void {
  stories.set(outer, story)
}

/** The layers around a backend, the outermost first, and the backend itself at the end. */
export function stackOf(backend: StorageBackend): StackEntry[] {
  return entriesOf(backend, new Set())
}

/** @param above Backends on the way here: two stores may turn to each other. */
function entriesOf(backend: StorageBackend, above: ReadonlySet<StorageBackend>): StackEntry[] {
  const entries: StackEntry[] = []
  const seen = new Set(above)
  for (let at = backend; ;) {
    seen.add(at)
    const link = links.get(at)
    const story = stories.get(at)
    const others = Object.entries(story?.others ?? {})
    entries.push({
      name: link?.layer.layerName ?? at.name,
      kind: link === undefined ? 'backend' : 'layer',
      backend: at,
      state: story?.state?.(),
      others: Object.fromEntries(
        others.map(([name, other]) => [name, seen.has(other) ? [] : entriesOf(other, seen)]),
      ),
    })
    if (link === undefined) return entries
    at = link.inner
  }
}
