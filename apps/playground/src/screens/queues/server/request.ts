/** The parts that requests are made of. What a name may be is the queue store's to say. */
import * as v from 'valibot'

/** Longer texts are no names; the store says the rule. */
const queueText = v.pipe(v.string(), v.minLength(1), v.maxLength(256))
const idText = v.pipe(v.string(), v.minLength(1), v.maxLength(256))
const secondsMax = 7 * 86_400
/** What a person types; larger payloads are sent as files. */
const typedCharsMax = 1024 ** 2
const handleMsMax = 10 * 60_000
const heldSecondsMax = 3600

function whole(min: number, max: number) {
  return v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max))
}

/** A whole number in an address. */
function wholeText(min: number, max: number) {
  return v.pipe(
    v.string(),
    v.regex(/^-?\d{1,16}$/, 'a whole number'),
    v.transform(Number),
    v.minValue(min),
    v.maxValue(max),
  )
}

/** For ever, or so many seconds. */
const lifeMin = -1
const lifeMax = 2 ** 31 - 1

export const queueOnly = v.object({ queue: queueText })
export const queueAndId = v.object({ queue: queueText, id: idText })

export const listQuery = v.object({
  prefix: v.optional(v.pipe(v.string(), v.maxLength(63)), ''),
  limit: v.optional(wholeText(1, 1000), '100'),
})

const typed = v.object({
  kind: v.picklist(['json', 'text']),
  text: v.pipe(v.string(), v.maxLength(typedCharsMax)),
})

export const sendBody = v.object({
  queue: queueText,
  payload: typed,
  count: v.optional(whole(1, 1000), 1),
  delaySeconds: v.optional(whole(0, secondsMax)),
  timeToLiveSeconds: v.optional(whole(lifeMin, lifeMax)),
})

export const fileQuery = v.object({
  queue: queueText,
  contentType: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(255))),
  delaySeconds: v.optional(wholeText(0, secondsMax)),
  timeToLiveSeconds: v.optional(wholeText(lifeMin, lifeMax)),
})

export const receiveBody = v.object({
  queue: queueText,
  max: v.optional(whole(1, 32), 1),
  visibilitySeconds: v.optional(whole(1, heldSecondsMax), 30),
})

export const extendBody = v.object({
  ...queueAndId.entries,
  visibilitySeconds: whole(1, heldSecondsMax),
})

export const replaceBody = v.object({ ...extendBody.entries, payload: typed })

export const consumersBody = v.object({
  queue: queueText,
  settings: v.object({
    consumers: whole(1, 8),
    concurrency: whole(1, 32),
    handleMs: whole(0, handleMsMax),
    failPercent: whole(0, 100),
    crashPercent: whole(0, 100),
    visibilitySeconds: whole(1, heldSecondsMax),
    maxDequeueCount: whole(1, 100),
  }),
})

export const deleteQuery = v.object({
  queue: queueText,
  /** Its poison queue goes with it. */
  poison: v.optional(
    v.pipe(
      v.picklist(['true', 'false']),
      v.transform((text) => text === 'true'),
    ),
    'false',
  ),
})
