/**
 * "The code": TypeScript that does with the public API what an action of this screen did. Each
 * piece is a program of its own and runs as it is; the tests run every one.
 */
import type { ActionText } from '../../../web/actions.ts'
import { literal, literalCharsMax, queuesProgram, quoted } from '../../../web/program.ts'
import type { ConsumerSettings, TypedPayload } from '../server/wire.ts'
import { poisonedBy, poisonOf } from './names.ts'

/** How a message is sent, beside its payload. */
export interface SendTimes {
  readonly delaySeconds?: number | undefined
  readonly timeToLiveSeconds?: number | undefined
}

export function listText(prefix: string): ActionText {
  const options = prefix === '' ? '' : `{ prefix: ${quoted(prefix)} }`
  return {
    label: prefix === '' ? 'List the queues' : `List the queues ${prefix}…`,
    code: queuesProgram([
      `for await (const queue of queues.listQueues(${options})) {`,
      '  console.log(queue, await queues.length(queue))',
      '}',
    ]),
  }
}

export function createText(queue: string): ActionText {
  return {
    label: `Create the queue ${queue}`,
    code: queuesProgram([
      `const isCreated = await queues.createQueue(${quoted(queue)})`,
      "console.log(isCreated ? 'created' : 'there already')",
    ]),
  }
}

export function deleteQueueText(queue: string, isPoisonToo: boolean): ActionText {
  return {
    label: `Delete the queue ${queue}`,
    code: queuesProgram([
      `await queues.deleteQueue(${quoted(queue)})`,
      ...(isPoisonToo ? [`await queues.deleteQueue(${quoted(poisonOf(queue))})`] : []),
    ]),
  }
}

export function clearText(queue: string): ActionText {
  return {
    label: `Clear the queue ${queue}`,
    code: queuesProgram([`await queues.clear(${quoted(queue)})`]),
  }
}

/** The first messages, which stay as they are. */
export function peekText(queue: string): ActionText {
  return {
    label: `Look into ${queue}`,
    code: queuesProgram([
      `for (const message of await queues.peekMessages(${quoted(queue)}, { max: 32 })) {`,
      '  const { id, dequeueCount, contentType } = message',
      '  console.log(id, dequeueCount, contentType, await message.load())',
      '}',
    ]),
  }
}

/** The payload of one message. */
export function lookText(queue: string, id: string): ActionText {
  return {
    label: `Look at message ${id}`,
    code: queuesProgram([
      `const messages = await queues.peekMessages(${quoted(queue)}, { max: 32 })`,
      `const message = messages.find(({ id }) => id === ${quoted(id)})`,
      '// Decoded by its content type; a claimed payload is fetched now.',
      'console.log(await message?.load())',
    ]),
  }
}

/** What was typed, so many times; `{{n}}` is the number of each. */
export function sendText(
  queue: string,
  { kind, text }: TypedPayload,
  count: number,
  times: SendTimes,
): ActionText {
  const options = optionsOf(times)
  const isNumbered = text.includes('{{n}}')
  const isLong = text.length > literalCharsMax
  const source = isLong ? "await readFile('payload.txt', 'utf8')" : literal(text)
  const numbered = isNumbered ? "text.replaceAll('{{n}}', String(n))" : 'text'
  const value = kind === 'json' ? `JSON.parse(${numbered})` : numbered
  const send = `await queues.sendMessage(${quoted(queue)}, ${value}${options})`
  const from = isNumbered || count > 1
  return {
    label: count === 1 ? `Send a message to ${queue}` : `Send ${count} messages to ${queue}`,
    code: queuesProgram(
      [
        `const text = ${source}`,
        ...(from ? [`for (let n = 1; n <= ${count}; n++) {`, `  ${send}`, '}'] : [send]),
      ],
      isLong ? ["import { readFile } from 'node:fs/promises'"] : [],
    ),
  }
}

/** A file as it is. */
export function sendFileText(
  queue: string,
  file: string,
  contentType: string,
  times: SendTimes,
): ActionText {
  return {
    label: `Send ${file} to ${queue}`,
    code: queuesProgram(
      [
        '// A payload that is too large for a message goes to object storage by itself.',
        `const bytes = await readFile(${literal(file)})`,
        `const options = ${fieldsOf(times, contentType)}`,
        `await queues.sendMessage(${quoted(queue)}, new Blob([bytes]), options)`,
      ],
      ["import { readFile } from 'node:fs/promises'"],
    ),
  }
}

export function receiveText(queue: string, max: number, visibilitySeconds: number): ActionText {
  return {
    label: max === 1 ? `Receive a message of ${queue}` : `Receive ${max} messages of ${queue}`,
    code: queuesProgram([
      `const options = { max: ${max}, visibilitySeconds: ${visibilitySeconds} }`,
      `for (const message of await queues.receiveMessages(${quoted(queue)}, options)) {`,
      '  const { id, dequeueCount, visibleAt } = message',
      '  console.log(id, dequeueCount, visibleAt, await message.load())',
      '}',
    ]),
  }
}

/** Whoever received a message may hold it for longer. */
export function extendText(queue: string, visibilitySeconds: number): ActionText {
  return {
    label: `Hold a message of ${queue} for ${visibilitySeconds} s more`,
    code: withMessage(queue, [
      `const options = { visibilitySeconds: ${visibilitySeconds} }`,
      `await queues.updateMessage(${quoted(queue)}, message, options)`,
      'console.log(message.visibleAt)',
    ]),
  }
}

export function replaceText(
  queue: string,
  { kind, text }: TypedPayload,
  visibilitySeconds: number,
): ActionText {
  const isLong = text.length > literalCharsMax
  const source = isLong ? "await readFile('payload.txt', 'utf8')" : literal(text)
  return {
    label: `Change the payload of a message of ${queue}`,
    code: withMessage(
      queue,
      [
        `const text = ${source}`,
        `await queues.updateMessage(${quoted(queue)}, message, {`,
        `  visibilitySeconds: ${visibilitySeconds},`,
        `  value: ${kind === 'json' ? 'JSON.parse(text)' : 'text'},`,
        '})',
      ],
      isLong ? ["import { readFile } from 'node:fs/promises'"] : [],
    ),
  }
}

export function letGoText(queue: string): ActionText {
  return {
    label: `Let a message of ${queue} go`,
    code: withMessage(queue, [
      '// Visible to all at once; it counts as received all the same.',
      `await queues.updateMessage(${quoted(queue)}, message, { visibilitySeconds: 0 })`,
    ]),
  }
}

export function deleteMessageText(queue: string): ActionText {
  return {
    label: `Delete a message of ${queue}`,
    code: withMessage(queue, [`await queues.deleteMessage(${quoted(queue)}, message)`]),
  }
}

/** One consumer that behaves as those do that the server runs. */
export function consumeText(queue: string, settings: ConsumerSettings): ActionText {
  const { consumers, concurrency, handleMs, failPercent, crashPercent } = settings
  const { visibilitySeconds, maxDequeueCount } = settings
  return {
    label: `Start ${consumers} ${consumers === 1 ? 'consumer' : 'consumers'} of ${queue}`,
    code: queuesProgram(
      [
        ...(consumers > 1 ? [`// Run this ${consumers} times: each is one consumer.`] : []),
        'const end = new AbortController()',
        "process.once('SIGINT', () => end.abort())",
        `const summary = await queues.consume(`,
        `  ${quoted(queue)},`,
        '  async (message, { signal }) => {',
        '    const task = await message.load(undefined, { signal })',
        '    console.log(message.id, message.dequeueCount, task)',
        ...(handleMs === 0 ? [] : [`    await setTimeout(${handleMs}, undefined, { signal })`]),
        ...(crashPercent === 0
          ? []
          : [
              `    if (Math.random() < ${crashPercent / 100}) process.kill(process.pid, 'SIGKILL')`,
            ]),
        ...(failPercent === 0
          ? []
          : [`    if (Math.random() < ${failPercent / 100}) throw new Error('no answer')`]),
        '  },',
        '  {',
        `    concurrency: ${concurrency},`,
        `    visibilitySeconds: ${visibilitySeconds}, // renewed while a handler runs`,
        `    maxDequeueCount: ${maxDequeueCount}, // then to ${poisonOf(queue)}`,
        '    // For a minute, or until Ctrl-C.',
        '    signal: AbortSignal.any([end.signal, AbortSignal.timeout(60_000)]),',
        '  },',
        ')',
        'console.log(summary)',
      ],
      handleMs === 0 ? [] : ["import { setTimeout } from 'node:timers/promises'"],
    ),
  }
}

export function stopText(queue: string): ActionText {
  return {
    label: `Stop the consumers of ${queue}`,
    code: queuesProgram([
      'const end = new AbortController()',
      `const consuming = queues.consume(${quoted(queue)}, (message) => console.log(message.id), {`,
      '  signal: end.signal,',
      '})',
      '// Receives nothing more, and resolves when the handlers that run have ended.',
      'end.abort()',
      'console.log(await consuming)',
    ]),
  }
}

/** From a poison queue back to where it came from. */
export function requeueText(queue: string, id: string): ActionText {
  return {
    label: `Send ${id} back to ${poisonedBy(queue) ?? 'its queue'}`,
    code: queuesProgram([
      `const options = { max: 32, visibilitySeconds: 60 }`,
      `for (const message of await queues.receiveMessages(${quoted(queue)}, options)) {`,
      `  if (message.id === ${quoted(id)}) {`,
      ...sendBackLines(queue).map((line) => `    ${line}`),
      '  } else {',
      `    await queues.updateMessage(${quoted(queue)}, message, { visibilitySeconds: 0 })`,
      '  }',
      '}',
    ]),
  }
}

export function requeueAllText(queue: string): ActionText {
  return {
    label: `Send all of ${queue} back`,
    code: queuesProgram([
      `const options = { max: 32, visibilitySeconds: 60 }`,
      'for (;;) {',
      `  const messages = await queues.receiveMessages(${quoted(queue)}, options)`,
      '  if (messages.length === 0) break',
      '  for (const message of messages) {',
      ...sendBackLines(queue).map((line) => `    ${line}`),
      '  }',
      '}',
    ]),
  }
}

export function discardText(queue: string, id: string): ActionText {
  return {
    label: `Discard ${id}`,
    code: queuesProgram([
      `const options = { max: 32, visibilitySeconds: 60 }`,
      `for (const message of await queues.receiveMessages(${quoted(queue)}, options)) {`,
      `  if (message.id === ${quoted(id)}) await queues.deleteMessage(${quoted(queue)}, message)`,
      `  else await queues.updateMessage(${quoted(queue)}, message, { visibilitySeconds: 0 })`,
      '}',
    ]),
  }
}

function sendBackLines(queue: string): readonly string[] {
  return [
    `const to = message.origin?.queue ?? ${quoted(poisonedBy(queue) ?? queue)}`,
    'const { contentType } = message',
    '// Sent first, then deleted: killed in between it is in both queues, never in none.',
    'await queues.sendMessage(to, new Blob([await message.bytes()]), { contentType })',
    `await queues.deleteMessage(${quoted(queue)}, message)`,
  ]
}

function withMessage(
  queue: string,
  lines: readonly string[],
  imports: readonly string[] = [],
): string {
  return queuesProgram(
    [
      `const message = await queues.receiveMessage(${quoted(queue)}, { visibilitySeconds: 30 })`,
      'if (message !== undefined) {',
      ...lines.map((line) => `  ${line}`),
      '}',
    ],
    imports,
  )
}

/** As one more argument, where there are any. */
function optionsOf(times: SendTimes): string {
  const fields = fieldsOf(times)
  return fields === '{}' ? '' : `, ${fields}`
}

function fieldsOf({ delaySeconds, timeToLiveSeconds }: SendTimes, contentType?: string): string {
  const given = [
    ...(contentType === undefined ? [] : [`contentType: ${quoted(contentType)}`]),
    ...(delaySeconds === undefined ? [] : [`delaySeconds: ${delaySeconds}`]),
    ...(timeToLiveSeconds === undefined ? [] : [`timeToLiveSeconds: ${timeToLiveSeconds}`]),
  ]
  return given.length === 0 ? '{}' : `{ ${given.join(', ')} }`
}
