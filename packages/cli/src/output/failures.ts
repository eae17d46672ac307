/** Failures among many objects: the first are told one by one, all are counted. */
import { CommandFailure, type FailureStory } from '../failure.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Output } from './output.ts'
import { printable, printableLine } from './printable.ts'

/** Told to a person one by one. */
const toldMax = 50
/** With no success between them, after which there is no use in going on. */
const inARowMax = 100

export class Failures {
  readonly #output: Output
  #count = 0
  #inARow = 0

  constructor(output: Output) {
    this.#output = output
  }

  get count(): number {
    return this.#count
  }

  /** Something went well. */
  succeeded(): void {
    this.#inARow = 0
  }

  async tell(
    key: string,
    { code, message, hint }: Omit<FailureStory['error'], 'exitCode'>,
  ): Promise<void> {
    this.#count++
    this.#inARow++
    if (this.#output.isJson) {
      await this.#output.record({ kind: 'failed', key, code, message }, '')
    } else if (this.#count <= toldMax) {
      // The way out is the same for most.
      const more = hint === undefined || this.#count > 1 ? '' : `\n  ${hint}`
      // What the file system says names the file already.
      const name = `${printableLine(key)}: `
      const text = printable(message)
      this.#output.warn(`${text.startsWith(name) ? '' : name}${text}${more}`)
    } else if (this.#count === toldMax + 1) {
      this.#output.warn('more failures are only counted')
    }
  }

  /** @throws CommandFailure when nothing but failures came for a while. */
  assertNotAll(): void {
    if (this.#inARow < inARowMax) return
    throw new CommandFailure(
      exitCodes.failed,
      `${inARowMax} objects failed one after the other, with no success between them`,
      'Mend that, and run it again',
    )
  }
}

/** What was done until Ctrl-C, and how to go on. */
export function interruptedText(sentence: string, commandLine: string): string {
  return (
    `interrupted: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}; nothing is left ` +
    `half-written. To go on:\n  ${commandLine}`
  )
}
