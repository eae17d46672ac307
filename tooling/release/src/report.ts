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
    consumerTable(consumers),
    circumstances(consumers),
    table(
      ['changed', 'published'],
      nextReleases.map(({ changed, published }) => [changed, published.join(', ')]),
    ),
  ]
  return tables.filter((each) => each !== '').join('\n\n')
}

/** A row for each service, a column for each package manager. */
function consumerTable(consumers: readonly ConsumerReport[]): string {
  const managers = [...new Set(consumers.map(({ manager }) => manager))]
  const rows = [...new Set(consumers.map(({ name }) => name))].map((name) => {
    const reports = consumers.filter((each) => each.name === name)
    const megabytes = managers.map((manager) => {
      const report = reports.find((each) => each.manager === manager)
      return report === undefined ? '' : (report.bytes / 1e6).toFixed(1)
    })
    const counts = [...new Set(reports.map(({ packages }) => packages))]
    return [name, counts.join('/'), ...megabytes]
  })
  return table(['installed', 'packages', ...managers.map((name) => `MB by ${name}`)], rows)
}

/** What all of them went through. */
function circumstances(consumers: readonly ConsumerReport[]): string {
  const [first] = consumers
  if (first === undefined) return ''
  const { typeScript, runs } = first
  const compilers = typeScript.join(' and ')
  return `Each was compiled by TypeScript ${compilers}, and run by Node ${runs.join(', ')}.`
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  if (rows.length === 0) return ''
  const all = [head, ...rows.map((row) => row.map(String))]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const isNumber = head.map((_, column) => /^[\d.]*$/.test(String(rows[0]?.[column])))
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
