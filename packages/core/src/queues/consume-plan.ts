/** The options of `consume`, checked and completed. */
import { StorageError } from '../errors.ts'
import { assertInteger, describe, ownOptions } from '../options.ts'
import { assertQueueName, assertVisibility, visibilitySecondsMax } from './limits.ts'
import { visibilitySecondsDefault } from './limits.ts'
import type { QueueMessage } from './message.ts'
import { type ConsumeOptions, optionNames } from './options.ts'

const concurrencyMax = 1024
const maxDequeueCountDefault = 5
const maxDequeueCountMax = 1_000_000
const idleDelayMsDefault = 5000
const stopTimeoutMsDefault = 30_000
const delayMsMax = 86_400_000
const retryDelaySecondsMost = 60

/** What a consumer goes by. */
export interface ConsumePlan {
  readonly concurrency: number
  readonly visibilitySeconds: number
  readonly maxDequeueCount: number
  readonly poisonQueue: string
  /** A delay that the service takes; what is wrong with the user's function is told. */
  readonly retryDelaySeconds: (
    message: QueueMessage,
    error: unknown,
    tell: (error: unknown) => void,
  ) => number
  readonly idleDelayMsMax: number
  readonly stopTimeoutMs: number
  readonly onError: ConsumeOptions['onError']
  readonly signal: AbortSignal | undefined
}

/** @throws TypeError or StorageError `INVALID_ARGUMENT`, `INVALID_KEY` (the poison queue). */
export function consumePlan(queue: string, handler: unknown, options: ConsumeOptions): ConsumePlan {
  const own = ownOptions(options, optionNames.consume, 'consume')
  if (typeof handler !== 'function') {
    throw new TypeError(`consume: handler is a function, not ${describe(handler)}`)
  }
  const {
    concurrency = 1,
    visibilitySeconds = visibilitySecondsDefault,
    maxDequeueCount = maxDequeueCountDefault,
    poisonQueue = `${queue}-poison`,
    idleDelayMsMax = idleDelayMsDefault,
    stopTimeoutMs = stopTimeoutMsDefault,
    onError,
    signal,
  } = own
  assertInteger(concurrency, 'concurrency', 1, concurrencyMax)
  assertVisibility(visibilitySeconds, 1)
  assertInteger(maxDequeueCount, 'maxDequeueCount', 1, maxDequeueCountMax)
  assertQueueName(poisonQueue, 'poisonQueue')
  if (poisonQueue === queue) {
    throw new StorageError('INVALID_ARGUMENT', 'poisonQueue is the queue itself; name another one')
  }
  assertInteger(idleDelayMsMax, 'idleDelayMsMax', 1, delayMsMax)
  assertInteger(stopTimeoutMs, 'stopTimeoutMs', 0, delayMsMax)
  if (onError !== undefined && typeof onError !== 'function') {
    throw new TypeError(`onError is a function, not ${describe(onError)}`)
  }
  const retryDelaySeconds = retryDelayOf(own.retryDelaySeconds)
  return {
    ...{ concurrency, visibilitySeconds, maxDequeueCount, poisonQueue, retryDelaySeconds },
    ...{ idleDelayMsMax, stopTimeoutMs, onError, signal },
  }
}

function retryDelayOf(
  option: ConsumeOptions['retryDelaySeconds'],
): ConsumePlan['retryDelaySeconds'] {
  if (option === undefined) return growingDelay
  if (typeof option !== 'function') {
    assertInteger(option, 'retryDelaySeconds', 0, visibilitySecondsMax)
    return () => option
  }
  return (message, error, tell) => {
    try {
      const seconds = option(message, error)
      assertInteger(seconds, 'retryDelaySeconds()', 0, visibilitySecondsMax)
      return seconds
    } catch (fault) {
      tell(fault)
      return growingDelay(message)
    }
  }
}

/** 1, 2, 4, … seconds. */
function growingDelay({ dequeueCount }: QueueMessage): number {
  return Math.min(retryDelaySecondsMost, 2 ** Math.min(Math.max(0, dequeueCount - 1), 20))
}
