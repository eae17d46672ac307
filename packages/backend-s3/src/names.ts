/**
 * Keys as S3's keys: the same text behind the store's prefix, which S3 holds unharmed.
 *
 * Beside them lie scratch objects of our own: what is probed at open, and bodies on their way. They
 * are hidden, and a user's key that looks like one is stored under a longer name:
 *
 * ```
 * scratch   <prefix>.aos-scratch-<32 hex digits>
 * another   the same, and a space and a plus, by which a probe finds out what listings write
 * key       the text of either and n spaces       stored with n + 1 of them
 * ```
 *
 * Invariant: every legal key has one name that is no scratch name, every other name has one key,
 * and the order of names is the order of keys: a space is the first of all characters.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
 */

const scratchLead = '.aos-scratch-'
const spacedEnd = ' +'
const scratchName = /^\.aos-scratch-[0-9a-f]{32}(?: \+)?$/
const scratchLike = /^\.aos-scratch-[0-9a-f]{32}(?: \+)? *$/
const scratchLikeLengthMin = scratchLead.length + 32

/** Names below one prefix of a bucket. */
export class S3Names {
  /** Empty, or a folder with its slash: `tenant/a/`. */
  readonly prefix: string

  constructor(prefix: string) {
    this.prefix = prefix
  }

  /** The name of a key's object. */
  nameOf(key: string): string {
    return this.prefix + shifted(key)
  }

  /** The key of an object, or undefined when it is hidden, or lies outside. */
  keyOf(name: string): string | undefined {
    if (!name.startsWith(this.prefix)) return undefined
    const key = name.slice(this.prefix.length)
    if (!isScratchLike(key)) return key
    return scratchName.test(key) ? undefined : key.slice(0, -1)
  }

  /** A scratch name. @param id With 32 hex digits, and dashes. */
  scratch(id: string): string {
    return this.prefix + scratchLead + id.replaceAll('-', '').toLowerCase()
  }

  /** A scratch name with a space and a plus. @param id As of {@link scratch}. */
  spacedScratch(id: string): string {
    return this.scratch(id) + spacedEnd
  }

  /** True for a name of ours alone. */
  isScratch(name: string): boolean {
    return name.startsWith(this.prefix) && scratchName.test(name.slice(this.prefix.length))
  }

  /** What all scratch names begin with. */
  get scratchStart(): string {
    return this.prefix + scratchLead
  }

  /** True where names with this start may be hidden ones only. */
  mayHide(start: string): boolean {
    const all = this.prefix + scratchLead
    return all.startsWith(start) || start.startsWith(all)
  }
}

/** True where names can be rolled up at it by the server: none holds it that its key does not. */
export function isServersDelimiter(delimiter: string): boolean {
  return !delimiter.endsWith(' ')
}

function shifted(key: string): string {
  return isScratchLike(key) ? `${key} ` : key
}

function isScratchLike(key: string): boolean {
  return key.length >= scratchLikeLengthMin && key.startsWith(scratchLead) && scratchLike.test(key)
}
