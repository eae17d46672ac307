/**
 * The live feed: what happens on the server, told to every open page by server-sent events.
 *
 *     publish ──► ring of the last events ──► each page, in order
 *                       ▲ a page that comes back with its last id gets what it missed
 *
 * Invariant: bounded. The ring has `keptEventsMax` events, a page that does not read is dropped
 * when `waitingEventsMax` wait for it; it connects again and goes on from the ring, or is told that
 * it missed something and reads anew.
 */
import { randomUUID } from 'node:crypto'

const keptEventsMax = 2000
const waitingEventsMax = 1000

/** A named stream of events of one type. */
export interface Topic<T> {
  readonly name: string
  /** Never set: carries the type. */
  readonly event?: T
}

/** Declares a topic; its type is shared with the page. */
export function topic<T>(name: string): Topic<T> {
  return { name }
}

/** What a page gets. The first one says `hello`, and whether events were lost. */
export interface LiveEvent {
  readonly id: string
  readonly topic: string
  readonly data: unknown
}

/** An open page: what waits for it, and a bell that rings when something comes. */
export interface Listener {
  /** What came since the last call. Undefined when the page was dropped. */
  take(): LiveEvent[] | undefined
  /** Resolves when there is something to take, or the listener was closed. */
  wait(): Promise<void>
  readonly close: () => void
}

export class Live {
  /** Ids of another run of the server mean nothing to this one. */
  readonly #run = randomUUID().slice(0, 8)
  readonly #kept: LiveEvent[] = []
  readonly #listeners = new Set<(event: LiveEvent) => void>()
  readonly #followers = new Set<(event: LiveEvent) => void>()
  #sequence = 0

  publish<T>({ name }: Topic<T>, data: T): void {
    this.#sequence += 1
    const event = { id: `${this.#run}-${this.#sequence}`, topic: name, data }
    this.#kept.push(event)
    if (this.#kept.length > keptEventsMax) this.#kept.shift()
    for (const listener of this.#listeners) listener(event)
    for (const follower of this.#followers) follower(event)
  }

  /** Calls `handle` for each event of a topic, until the result is called; no page is involved. */
  follow<T>({ name }: Topic<T>, handle: (data: T) => void): () => void {
    const onEvent = ({ topic: published, data }: LiveEvent): void => {
      if (published === name) handle(data as T)
    }
    this.#followers.add(onEvent)
    return () => this.#followers.delete(onEvent)
  }

  /** Of the last event so far: who listens from behind it misses nothing from now on. */
  get lastId(): string {
    return `${this.#run}-${this.#sequence}`
  }

  /** Whether any page looks: what nobody sees need not be told. */
  get isWatched(): boolean {
    return this.#listeners.size > 0
  }

  /** Listens from now on, or from behind `lastId` when that is known. */
  listen(lastId?: string): Listener {
    let waiting: LiveEvent[] | undefined = [this.#greeting(lastId), ...this.#missedSince(lastId)]
    let bell = Promise.withResolvers<void>()
    bell.resolve()
    const onEvent = (event: LiveEvent): void => {
      if (waiting === undefined) return
      waiting.push(event)
      if (waiting.length > waitingEventsMax) close()
      bell.resolve()
    }
    const close = (): void => {
      waiting = undefined
      this.#listeners.delete(onEvent)
      bell.resolve()
    }
    this.#listeners.add(onEvent)
    return {
      take() {
        const taken = waiting
        if (waiting !== undefined) waiting = []
        bell = Promise.withResolvers<void>()
        if (taken === undefined) bell.resolve()
        return taken
      },
      wait: () => bell.promise,
      close,
    }
  }

  /** The first event of a connection: where it begins, and whether something was missed. */
  #greeting(lastId: string | undefined): LiveEvent {
    const isMissed = lastId !== undefined && this.#placeOf(lastId) === undefined
    const sequence = isMissed || lastId === undefined ? this.#sequence : this.#placeOf(lastId)
    return { id: `${this.#run}-${sequence}`, topic: 'hello', data: { isMissed } }
  }

  #missedSince(lastId: string | undefined): LiveEvent[] {
    const place = lastId === undefined ? undefined : this.#placeOf(lastId)
    if (place === undefined) return []
    return this.#kept.slice(this.#kept.length - (this.#sequence - place))
  }

  /** The sequence number of a known id from which nothing is lost yet. */
  #placeOf(id: string): number | undefined {
    const [run, number] = id.split('-')
    const sequence = Number(number)
    if (run !== this.#run || !Number.isInteger(sequence)) return undefined
    const oldest = this.#sequence - this.#kept.length
    return sequence >= oldest && sequence <= this.#sequence ? sequence : undefined
  }
}
