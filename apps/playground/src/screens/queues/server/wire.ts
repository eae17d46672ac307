/** What travels between the Queues screen's page and its server. Types only. */
import type { MessageOrigin } from '@aos-storage/core'
import type { Problem } from '../../../server/problem.ts'

/** How many messages of a queue are where. */
export interface QueueState {
  readonly queue: string
  /** Visible or not, as the service tells it: approximate. */
  readonly length: number
  /** Of those, how many this playground holds: its handlers, and what was received by hand. */
  readonly inFlight: number
  /** Of its poison queue; null where there is none. */
  readonly poison: number | null
  /** Handled and deleted by this playground since it was started. */
  readonly done: number
  /** Of those, how many a second, in the last seconds. */
  readonly perSecond: number
  /** Consumers that run. */
  readonly consumers: number
  /** Messages that were received by hand. */
  readonly hands: number
}

/** `GET /queues`: the first ones by name. */
export interface QueueList {
  readonly queues: readonly QueueState[]
  readonly areMore: boolean
  /** A larger payload goes to object storage, and its message claims it. */
  readonly messageBytesMax: number
}

/** `GET /queue`: one, with what this playground does with it. */
export interface QueueDetail {
  readonly state: QueueState
  /** Undefined before the first consumer was started. */
  readonly group: GroupState | undefined
  readonly hands: readonly HeldMessage[]
}

/** On the topic `queues`, at most four times a second. */
export interface QueueNews {
  /** Those that changed. */
  readonly states: readonly QueueState[]
  /** Of what changed, with the newest lines of the log only. */
  readonly groups: readonly GroupState[]
  /** Of those the messages that were received by hand are others now. */
  readonly hands: readonly string[]
  /** There are other queues than before. */
  readonly isListChanged: boolean
}

/** What a payload looks like. A `claim` is not fetched before it is asked for. */
export type PayloadKind = 'json' | 'text' | 'bytes' | 'value' | 'claim' | 'unreadable'

/** A message as a list shows it. */
export interface MessageSummary {
  readonly id: string
  /** How often it was received. */
  readonly dequeueCount: number
  /** Milliseconds since 1970. */
  readonly insertedAt: number
  /** Null for one that never expires. */
  readonly expiresAt: number | null
  readonly contentType: string
  readonly kind: PayloadKind
  /** Null for a claim. */
  readonly bytes: number | null
  /** The beginning of the payload, on one line. */
  readonly preview: string
  /** Of a message in a poison queue. */
  readonly origin: MessageOrigin | null
}

/** `GET /messages` */
export interface PeekedMessages {
  readonly messages: readonly MessageSummary[]
  /** Milliseconds since 1970. */
  readonly at: number
}

/** The payload of a message, whole as far as it fits. */
export interface MessagePayload {
  readonly kind: PayloadKind
  readonly bytes: number
  readonly text: string
  /** The text is not all. */
  readonly isCut: boolean
}

/** A message that was received by hand. */
export interface HeldMessage extends MessageSummary {
  /** Until then it is invisible to others. Milliseconds since 1970. */
  readonly visibleAt: number
  /** How often its hold was extended. */
  readonly extensions: number
}

/** What one types for a payload. */
export interface TypedPayload {
  readonly kind: 'json' | 'text'
  readonly text: string
}

/** What `POST /messages` and `PUT /file` answer. */
export interface SendReport {
  readonly sent: number
  /** Of the last one, which says when it is visible. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly visibleAt: number
  /** Bytes of the payload. */
  readonly bytes: number
  /** It was too large for a message, and lies in object storage. */
  readonly isClaimed: boolean
}

/** On the topic `queue-sends`, now and then while many are sent. */
export interface SendProgress {
  /** Whose: as the request names it. */
  readonly action: string
  readonly sent: number
}

/** How consumers behave. */
export interface ConsumerSettings {
  /** Consumers, each as a process would be. */
  readonly consumers: number
  /** Handlers that each runs at once. */
  readonly concurrency: number
  /** Time that a handler takes for a message. */
  readonly handleMs: number
  /** Of handlers: they throw. */
  readonly failPercent: number
  /** Of handlers: their consumer dies, as by kill -9, with all that it holds. */
  readonly crashPercent: number
  readonly visibilitySeconds: number
  readonly maxDequeueCount: number
}

interface GroupCounts {
  readonly received: number
  readonly handled: number
  readonly failed: number
  readonly renewed: number
  readonly crashed: number
  readonly poisoned: number
}

/** A handler that runs. */
export interface RunningHandler {
  readonly consumer: number
  readonly id: string
  readonly dequeueCount: number
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly visibleAt: number
  readonly renewals: number
}

/** Something that one would like to see of consumers. */
export interface LogLine {
  /** Ascending; another run of the server begins anew. */
  readonly sequence: number
  /** Milliseconds since 1970. */
  readonly at: number
  /** Undefined for several of them. */
  readonly consumer?: number | undefined
  readonly kind:
    | 'started'
    | 'stopped'
    | 'renewed'
    | 'failed'
    | 'handled'
    | 'recovered'
    | 'crashed'
    | 'poisoned'
    | 'fault'
  /** Of the message it is about. */
  readonly id?: string | undefined
  readonly dequeueCount?: number | undefined
  /** Of a failure: in so many seconds it is visible again. Of a crash: the longest hold. */
  readonly seconds?: number | undefined
  /** Of a crash: messages that the consumer held. Of `handled`: those of the last seconds. */
  readonly messages?: number | undefined
  /** What was thrown, or the poison queue. */
  readonly detail?: string | undefined
}

/** The consumers of a queue. */
export interface GroupState {
  readonly queue: string
  readonly settings: ConsumerSettings
  /** `stopping`: handlers that run are waited for. */
  readonly phase: 'running' | 'stopping' | 'stopped'
  readonly counts: GroupCounts
  readonly perSecond: number
  /** The first of them. */
  readonly running: readonly RunningHandler[]
  readonly runningCount: number
  /** Messages of consumers that crashed, whose holds have not run out. */
  readonly orphans: number
  /** Until when the longest of them lasts, milliseconds since 1970. Null without any. */
  readonly orphansUntil: number | null
  /** Oldest first. */
  readonly log: readonly LogLine[]
  /** Why they ended by themselves. */
  readonly problem: Problem | undefined
}

/** What `POST /poison/requeue` and `/poison/discard` answer. */
export interface PoisonReport {
  readonly moved: number
  /** Those that could not be: the first reason. */
  readonly failed: number
  readonly problem: Problem | undefined
}
