/** A command line as a shell takes it, to be typed again. */
import { printableLine } from './printable.ts'

/** Words that no shell changes. */
const plainWord = /^[\w@%+=:,./-]+$/

export function commandLineOf(args: readonly string[]): string {
  return ['aos-storage', ...args.map(quoted)].join(' ')
}

function quoted(word: string): string {
  return plainWord.test(word) ? word : printableLine(`'${word.replaceAll("'", `'\\''`)}'`)
}
