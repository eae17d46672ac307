/** Writes an answer to a connection, with all that a script does to it on the way. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

import type { Clock } from '@aos-storage/core'

import type { Answer, AnswerHeaders } from '../protocol/answer.ts'
import { xmlProlog } from '../protocol/xml-writer.ts'
import type { ConnectionEnding } from './fault.ts'
import type { RequestFaults } from './script.ts'

/** Where an answer goes. */
export interface Destination {
  readonly response: ServerResponse
  readonly isHead: boolean
  readonly faults: RequestFaults
  readonly clock: Clock
  /** Fires when the client has gone. */
  readonly gone: AbortSignal
}

/** Settles when all was handed to the connection, or the connection is gone. */
export async function deliver(answer: Answer, destination: Destination): Promise<void> {
  const { faults, response } = destination
  const body = faultyBody(answer.body, faults)
  const headers = faultyHeaders(answer.headers, faults)
  const keepAlive = faults.first('keep-alive')
  if (keepAlive === undefined) {
    response.writeHead(answer.status, plainHeaders(answer, headers, body))
  } else {
    await keepConnectionAlive(keepAlive.spaces, keepAlive.everyMs ?? 0, destination)
  }
  if (destination.isHead || hasNoBody(answer.status)) {
    response.end()
    return
  }
  const text = keepAlive === undefined ? body : withoutProlog(body)
  await writeBody(text, destination)
}

/** Ends a connection without another byte. */
export function endConnection(socket: Socket | null, by: ConnectionEnding): void {
  if (by === 'rst') socket?.resetAndDestroy()
  else socket?.destroy()
}

function hasNoBody(status: number): boolean {
  return status === 204 || status === 304
}

function plainHeaders(
  { status }: Answer,
  headers: AnswerHeaders,
  body: Uint8Array,
): Record<string, string | number> {
  const present = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return {
    ...Object.fromEntries(present),
    ...(!hasNoBody(status) && { 'Content-Length': body.byteLength }),
  }
}

function faultyBody(body: Uint8Array, faults: RequestFaults): Uint8Array {
  let faulty = body
  for (const { atByte = Math.floor(body.byteLength / 2) } of faults.all('corrupt-body')) {
    faulty = Uint8Array.from(faulty)
    if (atByte < faulty.byteLength) faulty[atByte]! ^= 0xff
  }
  for (const { bytes } of faults.all('short-body')) faulty = faulty.subarray(0, bytes)
  return faulty
}

function faultyHeaders(headers: AnswerHeaders, faults: RequestFaults): AnswerHeaders {
  if (faults.first('wrong-checksum') === undefined) return headers
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const isChecksum = name.startsWith('x-amz-checksum-') && name !== 'x-amz-checksum-type'
      if (!isChecksum || typeof value !== 'string') return [name, value]
      return [name, (value.startsWith('A') ? 'B' : 'A') + value.slice(1)]
    }),
  )
}

async function keepConnectionAlive(
  spaces: number,
  everyMs: number,
  { response, clock, gone }: Destination,
): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'application/xml' })
  response.write(xmlProlog)
  for (let count = 0; count < spaces && !gone.aborted; count++) {
    response.write(' ')
    if (everyMs > 0) await clock.sleep(everyMs, gone).catch(() => undefined)
  }
}

function withoutProlog(body: Uint8Array): Uint8Array {
  const text = Buffer.from(body)
  return text.toString('latin1').startsWith(xmlProlog) ? text.subarray(xmlProlog.length) : text
}

async function writeBody(body: Uint8Array, destination: Destination): Promise<void> {
  const { response, faults, clock, gone } = destination
  const cut = faults.all('cut-body').find(({ afterBytes }) => afterBytes < body.byteLength)
  const stall = faults.all('stall').find(({ at }) => at === 'body')
  const stops = [cut?.afterBytes, stall?.afterBytes ?? (stall && 0)]
  const bounds = stops.flatMap((bytes) => (bytes === undefined ? [] : [bytes]))
  let written = 0
  for (const bound of [...bounds.sort((a, b) => a - b), body.byteLength]) {
    const end = Math.min(bound, body.byteLength)
    await writePart(body.subarray(written, end), destination)
    written = Math.max(written, end)
    if (gone.aborted) return
    if (cut?.afterBytes === bound) {
      await flushed(response)
      endConnection(response.socket, cut.by ?? 'rst')
      return
    }
    if (stall !== undefined && (stall.afterBytes ?? 0) === bound) {
      await faults.stall('body', clock, gone)
    }
  }
  response.end()
}

const sliceMs = 50

async function writePart(bytes: Uint8Array, destination: Destination): Promise<void> {
  const { response, faults, clock, gone } = destination
  const rates = faults.all('slow-body').map(({ bytesPerSecond }) => bytesPerSecond)
  if (rates.length === 0) {
    if (bytes.byteLength > 0) response.write(bytes)
    return
  }
  const rate = Math.min(...rates)
  const sliceBytes = Math.max(1, Math.floor((rate * sliceMs) / 1000))
  for (let at = 0; at < bytes.byteLength && !gone.aborted; at += sliceBytes) {
    const slice = bytes.subarray(at, at + sliceBytes)
    response.write(slice)
    const pauseMs = (slice.byteLength * 1000) / rate
    await clock.sleep(pauseMs, gone).catch(() => undefined)
  }
}

/** What was written has left the process: a reset throws away what has not. */
async function flushed(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    response.write('', () => resolve())
    response.once('close', () => resolve())
  })
}
