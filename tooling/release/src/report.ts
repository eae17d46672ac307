/** What `pnpm release:check` found, as a table for people and as JSON. */
import type { ConsumerReport } from './consumers/check-consumer.ts'
import type { NextRelease } from './next-releases.ts'
import type { TarballReport } from './tarballs/check-tarballs.ts'

export interface ReleaseReport {
  readonly tarballs: readonly TarballReport[]
  readonly consumers: readonly ConsumerReport[]
  readonly nextReleases: readonly NextRelease[]
  readonly failures: readonly string[]
}

export function markdownOf({ tarballs, consumers, nextReleases }: ReleaseReport): string {
  const tables = [
    table(
      ['package', 'version', 'files', 'packed KiB', 'unpacked KiB'],
      tarballs.map((each) => [
        each.name,
        each.version,
        each.files,
        each.packedKiB,
        each.unpackedKiB,
      ]),
    ),
    table(
      ['installed', 'with', 'packages', 'MB', 'TypeScript', 'Node'],
      consumers.map((each) => [
        each.name,
        each.manager,
        each.packages,
        (each.bytes / 1e6).toFixed(1),
        each.typeScript.join(', '),
        each.runs.join(', '),
      ]),
    ),
    table(
      ['changed', 'published'],
      nextReleases.map(({ changed, published }) => [changed, published.join(', ')]),
    ),
  ]
  return tables.filter((each) => each !== '').join('\n\n')
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  if (rows.length === 0) return ''
  const all = [head, ...rows.map((row) => row.map(String))]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const isNumber = head.map(
    (_, column) => typeof rows[0]?.[column] === 'number' || head[column] === 'MB',
  )
  const line = (row: readonly string[]): string => {
    const cells = row.map((cell, column) =>
      isNumber[column] === true
        ? cell.padStart(widths[column] ?? 0)
        : cell.padEnd(widths[column] ?? 0),
    )
    return `| ${cells.join(' | ')} |`
  }
  const rule = widths.map((width, column) =>
    isNumber[column] === true ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  )
  const [first = [], ...rest] = all
  return [line(first), line(rule), ...rest.map(line)].join('\n')
}
