/** Lines of the log of consumers, in words. */
import { countText } from '../../../web/amounts.ts'
import type { LogLine } from '../server/wire.ts'
import { poisonOf } from './names.ts'

/** What of a line is told, with nothing missing. */
interface Facts {
  readonly message: string
  /** `2nd try` */
  readonly attempt: string
  readonly tries: number
  readonly seconds: number
  readonly messages: number
  /** With its colon, or empty. */
  readonly because: string
  readonly poison: string
}

const texts: Readonly<Record<LogLine['kind'], (facts: Facts) => string>> = {
  started: () => 'started',
  stopped: ({ because }) => `stopped${because}`,
  renewed: ({ message, seconds }) => `${message} is held for ${seconds} s more`,
  failed: ({ message, attempt, seconds, because }) =>
    `${message} failed, ${attempt}, again in ${seconds} s${because}`,
  handled: ({ message, messages }) =>
    messages === 1 ? `${message} was handled` : `handled ${countText(messages)} messages`,
  recovered: ({ message, attempt }) => `${message} was handled, ${attempt}`,
  poisoned: ({ message, tries, poison, because }) =>
    `${message} was given up, received ${tries} times, and is in ${poison}${because}`,
  crashed: ({ messages, seconds }) =>
    messages === 0
      ? 'crashed, and held nothing'
      : `crashed with ${messages === 1 ? 'a message' : `${messages} messages`} in its hands: ` +
        `visible again in ${seconds} s at most`,
  fault: ({ because }) => `went on after a fault${because}`,
}

export function lineText(line: LogLine, queue: string): string {
  const { kind, id = '', dequeueCount = 0, seconds = 0, messages = 0, detail } = line
  return texts[kind]({
    message: id.length > idCharsMax ? shortId(id) : `message ${id}`,
    attempt: `${ordinal(dequeueCount)} try`,
    tries: dequeueCount,
    because: detail === undefined ? '' : `: ${detail}`,
    poison: poisonOf(queue),
    ...{ seconds, messages },
  })
}

const idCharsMax = 12

/** Ids are long, and their ends differ. */
export function shortId(id: string): string {
  return id.length > idCharsMax ? `…${id.slice(-8)}` : id
}

const endings: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd', other: 'th' }
const rules = new Intl.PluralRules('en', { type: 'ordinal' })

/** `2` -> `2nd` */
export function ordinal(count: number): string {
  return `${count}${endings[rules.select(count)] ?? 'th'}`
}
