/** `aos-storage du`: what is stored, by prefix, from one listing; a deeper look takes another. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Amount, UsageReading } from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { usageError } from '../failure.ts'
import { folderOf } from '../transfer/scope.ts'
import { formatBytes, formatCount } from '../output/amounts.ts'
import { printableLine } from '../output/printable.ts'
import { PrefixTotals } from '../prefix-totals.ts'

interface DuOptions {
  readonly depth: number
  readonly top?: number
  readonly types?: boolean
  readonly since?: string
}

const topMax = 1000

export async function run(context: CommandContext<DuOptions>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const { depth, top = 0, types = false, since } = options
  if (top > topMax) throw usageError(`--top is at most ${topMax}`)
  const location = context.location(args[0]!)
  const prefix = folderOf(location)
  const before = since === undefined ? undefined : await readingOf(resolve(io.cwd, since))
  await using store = await stores.objects(location, 'read')
  const reading = await store.usage(prefix, {
    ...{ largestMax: top, signal: io.signal },
    ...(types ? { contentTypes: 'stat' as const } : {}),
    ...(before === undefined ? {} : { since: before }),
  })
  const line = (kind: string, name: string, amount: Amount): Promise<void> =>
    output.record(
      { kind, [kind === 'type' ? 'contentType' : 'prefix']: name, ...plain(amount) },
      lineOf(name, amount),
    )
  if (depth === 1) {
    for (const { name, ...amount } of reading.bySegment.groups) {
      if (name !== '') await line('prefix', `${prefix}${name}`, amount)
    }
    const { other } = reading.bySegment
    if (other.objects > 0) {
      await output.record({ kind: 'other', ...plain(other) }, lineOf('smaller prefixes', other))
    }
  } else {
    const totals = new PrefixTotals(prefix, depth)
    for await (const entry of store.list({ prefix, signal: io.signal })) {
      if (entry.kind !== 'object') continue
      for (const each of totals.add(entry.key, entry.size)) await line('prefix', each.prefix, each)
    }
    for (const each of totals.end()) await line('prefix', each.prefix, each)
  }
  if (types) {
    for (const { name, ...amount } of reading.byContentType.groups) await line('type', name, amount)
  }
  for (const { key, bytes } of reading.largest) {
    await output.record({ kind: 'object', key, bytes }, `${sizeOf(bytes)}  ${printableLine(key)}`)
  }
  const { at, bytesCount, objects, bytes, growth } = reading
  await output.record(
    { kind: 'total', at, prefix, objects, bytes, bytesCount, ...(growth && { growth }) },
    `${lineOf(`total${prefix === '' ? '' : ` of ${prefix}`}`, reading)}${growthOf(reading)}`,
  )
  return exitCodes.ok
}

function plain({ objects, bytes }: Amount): Amount {
  return { objects, bytes }
}

function lineOf(name: string, { objects, bytes }: Amount): string {
  return `${sizeOf(bytes)}  ${formatCount(objects, 'object').padStart(15)}  ${printableLine(name)}`
}

function sizeOf(bytes: number): string {
  return formatBytes(bytes).padStart(9)
}

function growthOf({ growth }: UsageReading): string {
  if (growth === undefined) return ''
  const { objects, bytes, since } = growth
  const sign = bytes < 0 ? '-' : '+'
  const count = `${objects < 0 ? '' : '+'}${objects} objects`
  return `\n${sign}${formatBytes(Math.abs(bytes))}, ${count} since ${since}`
}

/** The total of an earlier `du --json`. */
async function readingOf(path: string): Promise<UsageReading> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw usageError(`--since ${path} cannot be read: ${(error as Error).message}`)
  }
  for (const line of text.split('\n')) {
    try {
      const record = JSON.parse(line) as { readonly kind?: unknown }
      if (record.kind === 'total') return record as unknown as UsageReading
    } catch {
      // Other lines may be anything.
    }
  }
  throw usageError(
    `--since ${path} holds no total`,
    'Write one with "aos-storage du --json LOCATION > FILE", and give that later',
  )
}
