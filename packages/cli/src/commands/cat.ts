/** `aos-storage cat`: bytes of objects, at the pace of the reader and in constant memory. */
import type { CommandContext } from '../command.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { keyOf } from '../locations/key-of.ts'
import { onObject } from '../locations/on-object.ts'

interface CatOptions {
  readonly offset?: number
  readonly length?: number
}

export async function run(context: CommandContext<CatOptions>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const { offset = 0, length } = options
  const isWhole = offset === 0 && length === undefined
  for (const text of args) {
    const location = context.location(text)
    const key = keyOf(location)
    await using store = await stores.objects(location, 'read')
    const range = { offset, ...(length === undefined ? {} : { length }) }
    const reading = { signal: io.signal, foreign: true, ...(isWhole ? {} : { range }) }
    await using body = await onObject(store, location, io.signal, () =>
      store.readStream(key, reading),
    )
    for await (const chunk of body) await output.bytes(chunk)
  }
  return exitCodes.ok
}
