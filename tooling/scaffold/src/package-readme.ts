/** The README of a new package: every section that the tidy rules want, with what belongs in it. */
import type { NewPackage } from './package-files.ts'

const fence = '```'

export function packageReadme({ name, purpose }: NewPackage): string {
  return `# @aos-storage/${name}

${purpose}.

## Quickstart

${fence}ts
import { titleOf } from '@aos-storage/${name}'

console.log(titleOf({ name: 'memory' })) // => the memory backend
${fence}

## Guarantees

What holds whatever happens, and which test proves it.

## Errors

The codes of \`StorageError\` that come from here, and when.

## Options

Each with its unit, default and limit.

## Telemetry

Channels, metrics and what they never carry.

## Caveats and limits

What it does not do, and where it ends.

## Comparison

Its peers, with numbers from \`bench/RESULTS.md\` and their caveats.

## Reading the source

Where to begin, and the files in the order to read them.
`
}
