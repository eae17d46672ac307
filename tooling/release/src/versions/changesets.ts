/**
 * The changesets that wait in `.changeset/`: which packages move how far, and what their authors
 * declare of changed types.
 *
 * A line `Compatible: Name, Other` in the text says that these changed declarations break nobody.
 * It goes into the changelog as it stands, for users to read.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

import { isStep, largest, type Step } from './step.ts'

export interface Changeset {
  readonly file: string
  readonly steps: ReadonlyMap<string, Step>
  readonly compatible: readonly string[]
}

export function readChangesets(root: string): Changeset[] {
  const folder = join(root, '.changeset')
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .toSorted()
    .map((file) => parseChangeset(file, readFileSync(join(folder, file), 'utf8')))
}

export function parseChangeset(file: string, text: string): Changeset {
  const [, head, body] = /^---\n(?<head>.*?)(?<=\n)---(?<body>\n.*|)$/s.exec(text) ?? []
  if (head === undefined) {
    throw new Error(`.changeset/${file} has no head between lines of ---; see the others.`)
  }
  const entries = Object.entries((parse(head) ?? {}) as Record<string, unknown>)
  const steps = new Map<string, Step>()
  for (const [name, step] of entries) {
    if (!isStep(step)) {
      throw new Error(`.changeset/${file}: '${String(step)}' is no step; patch, minor or major.`)
    }
    steps.set(name, step)
  }
  return { file, steps, compatible: compatibleNames(body ?? '') }
}

function compatibleNames(body: string): string[] {
  return [...body.matchAll(/^Compatible: (.+)$/gm)].flatMap(([, names]) =>
    (names ?? '').split(',').map((name) => name.trim().replaceAll('`', '').replace(/\.$/, '')),
  )
}

/** How far the changesets move one package by themselves. */
export function stepOf(changesets: readonly Changeset[], name: string): Step {
  return largest(changesets.map(({ steps }) => steps.get(name) ?? 'none'))
}
