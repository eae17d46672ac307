/**
 * What a store must hold after its writer was killed: for each key the last acknowledged value, or
 * that of the one attempt that was under way.
 */
const absent = 0

interface Attempt {
  readonly keys: readonly string[]
  readonly value: number
}

export class Ledger {
  /** What each key holds; 0 when it was deleted. */
  readonly #values = new Map<string, number>()
  readonly #attempts = new Map<string, Attempt>()
  #rest = ''
  acknowledged = 0
  /** How often a writer died amid a write. */
  midWriteKills = 0

  /** Takes what a writer said. Text may end amid a line. */
  hear(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop()!
    for (const line of lines) this.#line(line)
  }

  #line(line: string): void {
    const [, sign, lane, rest] = /^([?!-]) (\d+) ?(.*)$/.exec(line)!
    if (sign === '?') {
      const at = rest!.lastIndexOf(' ')
      const what = rest!.slice(at + 1)
      // The key of a copy's source may hold no space.
      const value = what.startsWith('=')
        ? (this.#values.get(what.slice(1)) ?? absent)
        : Number(what)
      this.#attempts.set(lane!, { keys: rest!.slice(0, at).split(','), value })
      return
    }
    const attempt = this.#attempts.get(lane!)!
    this.#attempts.delete(lane!)
    if (sign === '-') return
    this.acknowledged++
    for (const key of attempt.keys) this.#values.set(key, attempt.value)
  }

  /**
   * Compares with what the store holds after a kill, which from now on is what it must hold.
   *
   * @throws Error for a lost, torn or invented value.
   */
  settle(found: ReadonlyMap<string, number>): void {
    if (this.#attempts.size > 0) this.midWriteKills++
    const pending = new Map<string, number>()
    for (const { keys, value } of this.#attempts.values()) {
      for (const key of keys) pending.set(key, value)
    }
    for (const key of new Set([...this.#values.keys(), ...pending.keys(), ...found.keys()])) {
      const value = found.get(key) ?? absent
      const acknowledged = this.#values.get(key) ?? absent
      if (value !== acknowledged && value !== pending.get(key)) {
        throw new Error(
          `"${key}" holds write ${value}; acknowledged was ${acknowledged}, ` +
            `under way ${pending.get(key) ?? 'nothing'}`,
        )
      }
      this.#values.set(key, value)
    }
    this.#attempts.clear()
    this.#rest = ''
  }
}
