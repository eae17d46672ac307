/**
 * What a consumer of a queue did, in a file of its own that survives `kill -9`: a line is
 * written at once, and a torn one at the end never happened.
 *
 *     begun|handled|deleted|lost ID VALUE COUNT
 *
 *   begun     a handler was given the message, for the COUNTth time that it was received
 *   handled   it is about to return
 *   deleted   the queue said so
 *   lost      the hold was over when it was to be deleted
 */
import { openSync, readFileSync, writeSync } from 'node:fs'

export type LedgerStep = 'begun' | 'handled' | 'deleted' | 'lost'

export interface LedgerEntry {
  readonly step: LedgerStep
  readonly id: string
  /** The number that the message holds; -1 where nobody looked. */
  readonly value: number
  readonly dequeueCount: number
}

export class ConsumerLedger {
  readonly #descriptor: number

  constructor(path: string) {
    this.#descriptor = openSync(path, 'a')
  }

  write({ step, id, value, dequeueCount }: LedgerEntry): void {
    writeSync(this.#descriptor, `${step} ${id} ${value} ${dequeueCount}\n`)
  }

  /** The same backend of queues, whose deletes are written down when they are done. */
  watch<Backend extends { delete(...args: never[]): Promise<void> }>(backend: Backend): Backend {
    const deleteAndWrite = async (...args: unknown[]): Promise<void> => {
      await backend.delete(...(args as never[]))
      this.write({ step: 'deleted', id: String(args[1]), value: -1, dequeueCount: 0 })
    }
    return new Proxy(backend, {
      get(target, name) {
        if (name === 'delete') return deleteAndWrite
        const member: unknown = Reflect.get(target, name, target)
        return typeof member === 'function' ? (member.bind(target) as unknown) : member
      },
    })
  }
}

export function readLedger(path: string): LedgerEntry[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => {
    const [step, id, value, dequeueCount] = line.split(' ')
    return {
      step: step as LedgerStep,
      id: id!,
      value: Number(value),
      dequeueCount: Number(dequeueCount),
    }
  })
}
