/** What each key may read as after a power cut, held against what the disk may leave. */
import { candidatesOf, encodeKey, literalsOf } from '../../src/names/paths.ts'
import type { Place, PowerCutDisk } from './power-cut.ts'

/** A value that was written, or undefined where there is no object. */
type Value = string | undefined

interface Entry {
  readonly places: readonly Place[]
  allowed: readonly Value[]
}

const violationsMax = 3

/** One change of a key at a time; others of other keys go on beside it. */
export class PowerCutLedger {
  /** What a cut could have broken, and when; the first ones. */
  readonly violations: string[] = []
  checks = 0
  readonly #disk: PowerCutDisk
  readonly #entries = new Map<string, Entry>()

  constructor(disk: PowerCutDisk) {
    this.#disk = disk
    disk.onChange = ({ name, path }) => this.#check(`after ${name} ${path}`)
  }

  /** Takes a key that has no object into the book. */
  absent(key: string): void {
    this.#entries.set(key, { places: placesOf(key), allowed: [undefined] })
  }

  /** Takes a key into the book whose object a foreign program put there. */
  drop(key: string): void {
    const value = `"dropped ${key}"`
    this.#disk.drop(`${key}.bin`, value)
    this.#entries.set(key, { places: placesOf(key), allowed: [value] })
  }

  /** The value of a key that nobody changes now. */
  valueOf(key: string): Value {
    return this.#entries.get(key)!.allowed[0]
  }

  /** Runs a change of some keys to new values: old or new until it resolves, then new. */
  async during(change: ReadonlyMap<string, Value>, work: () => Promise<unknown>): Promise<void> {
    for (const [key, value] of change) {
      this.#entries.get(key)!.allowed = [this.valueOf(key), value]
    }
    await work()
    for (const [key, value] of change) this.#entries.get(key)!.allowed = [value]
    this.#check(`when ${[...change.keys()].join(', ')} was acknowledged`)
  }

  #check(moment: string): void {
    this.checks++
    for (const [key, { places, allowed }] of this.#entries) {
      for (const value of this.#disk.possible(places)) {
        if (allowed.includes(value) || this.violations.length >= violationsMax) continue
        const expected = allowed.map(shortly).join(' or ')
        this.violations.push(`${key}: ${shortly(value)}, not ${expected}, ${moment}`)
      }
    }
  }
}

function shortly(value: Value): string {
  return value === undefined ? 'nothing' : value.slice(0, 30)
}

/** Where readers look for a key: its own folder, then the one that is named literally as it. */
function placesOf(key: string): Place[] {
  const path = encodeKey(key)
  const own = { folders: path.folders, names: candidatesOf(path).map(({ name }) => name) }
  const folders = key.split('/').slice(0, -1)
  const names = [...new Set([...own.names, ...literalsOf(path.segment).map(({ name }) => name)])]
  if (folders.join('/') === own.folders.join('/')) return [{ folders, names }]
  return [own, { folders, names }]
}
