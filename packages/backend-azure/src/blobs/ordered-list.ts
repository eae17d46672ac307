/**
 * A listing in the order of UTF-8 bytes, from a service that may order by UTF-16 units.
 *
 * The two orders differ in one thing: where two names part, UTF-16 puts a surrogate (a character
 * from U+10000 on) before U+E000..U+FFFF, UTF-8 behind. So behind any start `q` of names there are
 *
 * ```
 *              low            high                    astral
 *   UTF-8      q + ..U+D7FF   q + U+E000..U+FFFF      q + U+10000..
 *   UTF-16     q + ..U+D7FF   q + U+10000..           q + U+E000..U+FFFF
 * ```
 *
 * A page is sorted as it comes. Where the first astral name behind some `q` is met, and names that
 * begin with `q` may go on with the next page, the high ones are listed first, by a request of
 * their own. Names ascend strictly in either order of the service: what was given is dropped.
 */
import { compareKeys } from '@aos-storage/core'
import { isPlainText } from './names.ts'
import {
  ServiceList,
  type ServiceEntry,
  type ServiceListOptions,
  type ServiceRange,
} from './service-list.ts'

/** U+E000..U+F8FF are for private use, and in no name that Azure takes. */
const firstHigh = '\uf900'
const firstAstral = '\u{10000}'

type Kind = 'high' | 'astral'

/** Entries that follow each other and need no request between them: those of one page, mostly. */
type Run = readonly ServiceEntry[]

export interface OrderedListOptions extends ServiceListOptions {
  readonly prefix: string
  readonly delimiter: string | undefined
  /** Only what comes behind this name; a rolled-up entry that begins it is not left out. */
  readonly after: string | undefined
  /** Names that begin so are left out, without being fetched. */
  readonly hidden: string
}

/** Entries in the order of UTF-8 bytes, in runs, of which some are empty. */
export async function* orderedList(options: OrderedListOptions): AsyncGenerator<Run> {
  const { prefix, after } = options
  let last = after
  const isNew = ({ name, headers }: ServiceEntry): boolean => {
    const isFurther = last === undefined || compareKeys(name, last) > 0
    // Rolled-up names of which some are behind `after`.
    const isAround = headers === undefined && last === after && after?.startsWith(name) === true
    if (isFurther) last = name
    return isFurther || isAround
  }
  for await (const run of new Order(options).behind(prefix, after)) yield run.filter(isNew)
}

class Order {
  readonly #options: OrderedListOptions

  constructor(options: OrderedListOptions) {
    this.#options = options
  }

  /** All names of a prefix behind `after`, in order. */
  async *behind(prefix: string, after: string | undefined): AsyncGenerator<Run> {
    const isInside = after?.startsWith(prefix) === true
    // Behind all that begins so.
    if (!isInside && after !== undefined && compareKeys(after, prefix) > 0) return
    const at = isInside ? firstAbove(after, prefix.length) : -1
    if (at === -1) {
      yield* this.#stream({ prefix, from: isInside ? after : undefined })
      return
    }
    const start = after!.slice(0, at)
    const point = after!.codePointAt(at)!
    yield* this.behind(start + String.fromCodePoint(point), after)
    if (point < 0x10000) {
      yield* this.#group(start, 'high', point)
      yield* this.#group(start, 'astral')
    } else {
      yield* this.#group(start, 'astral', point)
    }
    yield* this.#rest(prefix, start)
  }

  /** Names of a prefix that come behind all that begin with `start`. */
  async *#rest(prefix: string, start: string): AsyncGenerator<Run> {
    if (start === prefix) return
    const parent = start.slice(0, -1)
    const next = start.charCodeAt(start.length - 1) + 1
    if (next < 0xd800) {
      yield* this.#stream({ prefix, from: parent + String.fromCharCode(next) })
      return
    }
    // U+D7FF is the last of the low ones.
    yield* this.#group(parent, 'high')
    yield* this.#group(parent, 'astral')
    yield* this.#rest(prefix, parent)
  }

  /** Names that go on with a character of a kind behind `start`; only those above `point`. */
  async *#group(start: string, kind: Kind, point?: number): AsyncGenerator<Run> {
    const first = point === undefined ? (kind === 'high' ? firstHigh : firstAstral) : above(point)
    if (first === undefined) return
    yield* this.#stream({ prefix: start, from: start + first }, kind)
  }

  /** @param only Ends at the first name that does not go on so behind the prefix. */
  async *#stream(range: ServiceRange, only?: Kind): AsyncGenerator<Run> {
    const { delimiter, hidden } = this.#options
    // No name begins so, and Azure may refuse the request for it.
    if (!isPlainText(range.prefix)) return
    const from = range.from === undefined ? undefined : plainStart(range.from)
    const list = new ServiceList(this.#options, { prefix: range.prefix, from, delimiter })
    // Starts whose high names were listed already.
    const done = only === 'astral' ? [range.prefix] : []
    while (await list.more()) {
      const run: ServiceEntry[] = []
      for (let entry = list.take(); entry !== undefined; entry = list.take()) {
        const { name } = entry
        if (only !== undefined && kindAt(name, range.prefix.length) !== only) {
          // Of a service by UTF-16: on later pages there are no astral ones either.
          const isAstral = (each: string) => kindAt(each, range.prefix.length) === 'astral'
          if (only === 'astral' && list.hasOnPage(isAstral)) continue
          yield run
          return
        }
        if (name.startsWith(hidden)) {
          list.jump(successor(hidden))
          continue
        }
        while (done.length > 0 && !name.startsWith(done.at(-1)!)) done.pop()
        if (done.some((start) => kindAt(name, start.length) === 'high')) continue
        for (const start of astralStarts(name, range.prefix.length)) {
          if (done.includes(start)) continue
          done.push(start)
          if (!list.mayGoOn(start)) continue
          yield run.splice(0)
          yield* this.#group(start, 'high')
        }
        run.push(entry)
      }
      yield run
    }
  }
}

/** A start of the text that can be sent, which comes before the whole of it in either order. */
function plainStart(text: string): string {
  if (isPlainText(text)) return text
  let at = 0
  for (const character of text) {
    if (!isPlainText(character)) break
    at += character.length
  }
  return text.slice(0, at)
}

/** What a name is followed by in a range of names that end in an ASCII character. */
function successor(start: string): string {
  return start.slice(0, -1) + String.fromCharCode(start.charCodeAt(start.length - 1) + 1)
}

function kindAt(name: string, at: number): Kind | undefined {
  const unit = name.charCodeAt(at)
  if (unit >= 0xe000) return 'high'
  return unit >= 0xd800 ? 'astral' : undefined
}

/** The first place from `at` on where the two orders may differ. */
function firstAbove(name: string, at: number): number {
  for (let place = at; place < name.length; place++) {
    if (name.charCodeAt(place) >= 0xd800) return place
  }
  return -1
}

/** Starts of a name, at least so long, behind which it goes on with an astral character. */
function astralStarts(name: string, lengthMin: number): string[] {
  const starts: string[] = []
  for (let at = firstAbove(name, lengthMin); at !== -1; at = firstAbove(name, at)) {
    const isAstral = kindAt(name, at) === 'astral'
    if (isAstral) starts.push(name.slice(0, at))
    at += isAstral ? 2 : 1
  }
  return starts
}

/** The next character that names may hold, of the same kind; undefined when there is none. */
function above(point: number): string | undefined {
  let next = point + 1
  if (point < 0x10000) {
    if (next < firstHigh.charCodeAt(0)) return firstHigh
    if (next >= 0xfdd0 && next <= 0xfdef) next = 0xfdf0
    return next >= 0xfff0 ? undefined : String.fromCharCode(next)
  }
  // The last two of each plane are no characters.
  while ((next & 0xffff) >= 0xfffe) next++
  return next > 0x10ffff ? undefined : String.fromCodePoint(next)
}
