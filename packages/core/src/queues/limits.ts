/**
 * What a queue service takes, checked before a request: the limits of Azure Queue Storage, which
 * hold on every backend, so that a program moves from a laptop to the cloud as it is.
 *
 * Source: learn.microsoft.com, "Naming Queues and Metadata", "Put Message", "Get Messages",
 * "Update Message" (REST API of Queue Storage).
 */
import { StorageError } from '../errors.ts'
import { quoteKey } from '../keys.ts'
import { assertInteger, describe } from '../options.ts'

/** Longest name of a queue, in characters. */
export const queueNameCharsMax = 63
/** Most messages of one receive or peek. */
export const messageCountMax = 32
/** Longest time that a message is invisible: 7 days. */
export const visibilitySecondsMax: number = 7 * 86_400
/** How long a message is invisible to others when nothing else is said. */
export const visibilitySecondsDefault = 30
/** How long a message lives when nothing else is said: 7 days. */
export const timeToLiveSecondsDefault: number = 7 * 86_400
/** Longest time to live but for ever; what the services calculate with 32 bits. */
export const timeToLiveSecondsMax: number = 2 ** 31 - 1
/** The time to live of messages that never expire. */
export const timeToLiveForever = -1

const queueName = /^[a-z0-9](?:-?[a-z0-9])*$/

/**
 * Throws unless `name` can name a queue: 3 to 63 of `[a-z0-9]` and single dashes inside.
 *
 * @throws TypeError when it is no string.
 * @throws StorageError `INVALID_KEY` with the rule that it breaks.
 */
export function assertQueueName(name: unknown, what: string = 'queue'): asserts name is string {
  if (typeof name !== 'string') throw new TypeError(`${what} is a string, not ${describe(name)}`)
  const fault = queueNameFault(name)
  if (fault === undefined) return
  throw new StorageError('INVALID_KEY', `The name ${quoteKey(name)} of a queue ${fault}`, {
    key: name,
  })
}

/** The rule that `name` breaks, as the rest of a sentence, or undefined when it is legal. */
export function queueNameFault(name: string): string | undefined {
  if (name.length < 3 || name.length > queueNameCharsMax) {
    return `has ${name.length} characters; it must have 3 to ${queueNameCharsMax}`
  }
  if (queueName.test(name)) return undefined
  if (/[A-Z]/.test(name)) return 'has a capital letter; write it in lower case'
  if (/[^a-z0-9-]/.test(name)) return 'has a character other than a-z, 0-9 and "-"'
  return 'begins or ends with "-", or has "--"; dashes stand alone between letters or digits'
}

/** Throws unless `prefix` can begin the name of a queue, or is empty. */
export function assertQueuePrefix(prefix: unknown): asserts prefix is string {
  if (typeof prefix !== 'string') {
    throw new TypeError(`prefix is a string, not ${describe(prefix)}`)
  }
  if (prefix === '' || /^[a-z0-9][a-z0-9-]{0,62}$/.test(prefix)) return
  throw new StorageError(
    'INVALID_ARGUMENT',
    `prefix ${quoteKey(prefix)} begins no name of a queue: they have a-z, 0-9 and "-"`,
  )
}

/** @throws TypeError or StorageError `INVALID_ARGUMENT`; undefined is right. */
export function assertMessageCount(max: unknown): void {
  if (max !== undefined) assertInteger(max, 'max', 1, messageCountMax)
}

/**
 * @param min 1 for a receive, 0 where a message may become visible at once.
 * @throws TypeError or StorageError `INVALID_ARGUMENT`; undefined is right.
 */
export function assertVisibility(
  seconds: unknown,
  min: 0 | 1,
  name: string = 'visibilitySeconds',
): void {
  if (seconds !== undefined) assertInteger(seconds, name, min, visibilitySecondsMax)
}

/**
 * The delay and the time to live of a message that is sent.
 *
 * @throws TypeError or StorageError `INVALID_ARGUMENT`: no whole seconds, outside the limits, or a
 * message that would expire before it is seen.
 */
export function assertSendTimes(delaySeconds: unknown, timeToLiveSeconds: unknown): void {
  assertVisibility(delaySeconds, 0, 'delaySeconds')
  if (timeToLiveSeconds === timeToLiveForever) return
  if (timeToLiveSeconds !== undefined) {
    const name = 'timeToLiveSeconds (or -1 for ever)'
    assertInteger(timeToLiveSeconds, name, 1, timeToLiveSecondsMax)
  }
  const delay = (delaySeconds ?? 0) as number
  const life = (timeToLiveSeconds ?? timeToLiveSecondsDefault) as number
  if (delay < life) return
  throw new StorageError(
    'INVALID_ARGUMENT',
    `delaySeconds (${delay}) is not less than timeToLiveSeconds (${life}): the message would ` +
      'expire before it is seen',
  )
}

/** From here on the services say that a message never expires. */
const foreverFromMs = Date.UTC(9999, 0, 1)

/** The time at which a message that never expires does: the last second that services can say. */
export const foreverMs: number = Date.UTC(9999, 11, 31, 23, 59, 59)

/** True for the `expiresAt` of a message that never expires. */
export function isForever(expiresAt: Date): boolean {
  return !(expiresAt.getTime() < foreverFromMs)
}
