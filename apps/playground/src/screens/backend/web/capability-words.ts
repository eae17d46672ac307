/**
 * Capabilities in plain words: a question and its answer for each. The table is complete: a
 * capability that the contract gains does not compile here without words.
 */
import { bytesText, countText } from '../../../web/amounts.ts'
import type { Capabilities } from '../server/wire.ts'

/** How an answer is marked; never by colour alone. */
export type Verdict = 'yes' | 'partly' | 'no' | 'fact'

export interface Answer {
  readonly verdict: Verdict
  readonly text: string
  /** Identifiers that the text counts. */
  readonly names?: readonly string[] | undefined
}

interface Words<Value> {
  readonly question: string
  readonly answer: (value: Value) => Answer
}

type ConditionScope = Capabilities['conditionalWrite']

const scopes: Readonly<Record<ConditionScope, Answer>> = {
  global: { verdict: 'yes', text: 'Yes, between all clients of the service' },
  host: { verdict: 'yes', text: 'Yes, between all processes of this host' },
  process: { verdict: 'partly', text: 'Only between the callers within one process' },
  none: { verdict: 'no', text: 'No; a condition is refused with UNSUPPORTED' },
}

const durabilities: Readonly<Record<Capabilities['durability'], Answer>> = {
  service: { verdict: 'yes', text: 'The loss of a machine' },
  host: { verdict: 'yes', text: 'A power cut of this host' },
  process: { verdict: 'partly', text: 'The death of the process, but not a power cut' },
  none: { verdict: 'no', text: 'Nothing: it lives as long as the process' },
}

const identities: Readonly<Record<Capabilities['etagIdentity'], Answer>> = {
  version: { verdict: 'yes', text: 'Yes, also one of the same bytes' },
  content: { verdict: 'partly', text: 'Only one of other bytes; an etag names the content' },
}

const listedSizes: Readonly<Record<Capabilities['listedSize'], Answer>> = {
  body: { verdict: 'yes', text: 'Yes' },
  stored: { verdict: 'partly', text: 'That of what is stored; stat tells the body’s' },
}

function yesOrNo(value: boolean): Answer {
  return value
    ? { verdict: 'yes', text: 'Yes' }
    : { verdict: 'no', text: 'No; it is refused with UNSUPPORTED' }
}

function fact(text: string): Answer {
  return { verdict: 'fact', text }
}

function objectBytes(bytes: number): Answer {
  if (bytes >= Number.MAX_SAFE_INTEGER) return fact('As large as the disk has room for')
  return fact(`Up to ${bytesText(bytes)}`)
}

const capabilityWords: {
  readonly [Name in keyof Capabilities]: Words<Capabilities[Name]>
} = {
  conditionalWrite: {
    question: 'Is a conditional write safe between processes?',
    answer: (scope) => scopes[scope],
  },
  conditionalDelete: {
    question: 'Is a conditional delete safe between processes?',
    answer: (scope) => scopes[scope],
  },
  conditionalCopy: {
    question: 'Is a conditional copy safe between processes?',
    answer: (scope) => scopes[scope],
  },
  etagIdentity: {
    question: 'Does every write give a new etag?',
    answer: (identity) => identities[identity],
  },
  listedSize: {
    question: 'Does a listing tell the size of a body?',
    answer: (listed) => listedSizes[listed],
  },
  conditionalRead: {
    question: 'Can a read ask for a version, or only for what is newer?',
    answer: yesOrNo,
  },
  rangeRead: {
    question: 'Can a part of an object be read without the rest?',
    answer: yesOrNo,
  },
  userMetadata: {
    question: 'Can an object carry metadata of its own?',
    answer: yesOrNo,
  },
  durability: {
    question: 'What does an acknowledged write survive?',
    answer: (durability) => durabilities[durability],
  },
  keyBytesMax: {
    question: 'How long may a key be?',
    answer: (bytes) => fact(`Up to ${countText(bytes)} bytes of UTF-8`),
  },
  objectBytesMax: {
    question: 'How large may an object be?',
    answer: objectBytes,
  },
  metadataBytesMax: {
    question: 'How much metadata may one object have?',
    answer: (bytes) => fact(`Up to ${bytesText(bytes)}, names and values together`),
  },
  listPageMax: {
    question: 'How many entries does one page of a listing hold?',
    answer: (entries) => fact(`Up to ${countText(entries)}; list() goes through all pages`),
  },
  deleteManyMax: {
    question: 'How many keys does one request delete?',
    answer: (keys) => fact(`Up to ${countText(keys)}; deleteMany() takes any number`),
  },
  modifiedAtResolutionMs: {
    question: 'How exact is the time of the last change?',
    answer: (ms) => fact(ms < 1 ? 'To a part of a millisecond' : `In steps of ${stepText(ms)}`),
  },
  extras: {
    question: 'What can it do beside the contract?',
    answer: (names) => ({ ...fact(extrasText(names.length)), names }),
  },
}

function extrasText(count: number): string {
  if (count === 0) return 'Nothing'
  return count === 1 ? 'One member of its own' : `${countText(count)} members of its own`
}

function stepText(ms: number): string {
  if (ms === 1) return 'one millisecond'
  return ms === 1000 ? 'one second' : `${countText(ms)} milliseconds`
}

/** The question and the answer for a value. */
export function wordsOf(
  name: keyof Capabilities,
  capabilities: Capabilities,
): { readonly question: string; readonly answer: Answer } {
  // Words and value go by one name; the compiler does not follow that through a union.
  const { question, answer } = capabilityWords[name] as Words<unknown>
  return { question, answer: answer(capabilities[name]) }
}

/** The value as a program sees it. */
export function rawText(value: Capabilities[keyof Capabilities]): string {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'object') return `[${value.map((name) => `'${name}'`).join(', ')}]`
  return String(value)
}

/** The capabilities in groups, as the table shows them; each once. */
export const capabilityGroups: readonly {
  readonly title: string
  readonly names: readonly (keyof Capabilities)[]
}[] = [
  {
    title: 'Conditions',
    names: [
      ...(['conditionalWrite', 'conditionalDelete', 'conditionalCopy'] as const),
      ...(['conditionalRead', 'etagIdentity'] as const),
    ],
  },
  {
    title: 'What it keeps',
    names: ['durability', 'userMetadata', 'rangeRead', 'listedSize', 'extras'],
  },
  {
    title: 'Limits',
    names: [
      'keyBytesMax',
      'objectBytesMax',
      'metadataBytesMax',
      'listPageMax',
      'deleteManyMax',
      'modifiedAtResolutionMs',
    ],
  },
]
