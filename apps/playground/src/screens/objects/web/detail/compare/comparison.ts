/** What two objects have in common, as far as the page can tell. */
import { bytesText } from '../../../../../web/amounts.ts'
import type { Comparable } from '../../../server/wire.ts'
import type { Language } from '../editor/code-mirror.ts'
import { formatBeside } from '../editor/format-beside.ts'

/** How two objects differ. */
export interface Comparison {
  /** What is known of them as a whole, one sentence each. */
  readonly facts: readonly string[]
  /** Their texts, laid out alike; undefined where they are none, or say the same. */
  readonly texts?: { readonly left: string; readonly right: string } | undefined
  readonly language: Language
}

export async function comparisonOf(left: Comparable, right: Comparable): Promise<Comparison> {
  const isJson = left.details.kind === 'json' && right.details.kind === 'json'
  const language = isJson ? 'json' : 'text'
  const about = aboutOf(left, right)
  if (left.sha256 === undefined || right.sha256 === undefined) {
    return { facts: [...about, tooLargeText(left, right)], language }
  }
  if (left.sha256 === right.sha256) {
    return { facts: ['They hold the same bytes.', ...about], language }
  }
  if (left.text === undefined || right.text === undefined) {
    return { facts: [...about, ...digestsText(left, right)], language }
  }
  const [a, b] = isJson ? await laidOut(left.text, right.text) : [left.text, right.text]
  if (a !== b) return { facts: about, texts: { left: a, right: b }, language }
  const same = isJson
    ? 'They are the same JSON, laid out in another way.'
    : 'As Node.js prints them they are the same; their bytes differ.'
  return { facts: [same, ...about, ...digestsText(left, right)], language }
}

/** Laid out alike, so that only what they say differs; as they are where one cannot be. */
async function laidOut(left: string, right: string): Promise<readonly [string, string]> {
  const [a, b] = await Promise.all([formatBeside(left), formatBeside(right)])
  return typeof a === 'string' && typeof b === 'string' ? [a, b] : [left, right]
}

/** What differs beside the bytes. */
function aboutOf({ details: left }: Comparable, { details: right }: Comparable): string[] {
  const facts: string[] = []
  if (left.contentType !== right.contentType) {
    facts.push(`Content type: ${left.contentType} became ${right.contentType}.`)
  }
  const names = new Set([...Object.keys(left.metadata), ...Object.keys(right.metadata)])
  for (const name of names) {
    const [a, b] = [left.metadata[name], right.metadata[name]]
    if (a !== b) facts.push(`Metadata ${name}: ${a ?? 'none'} became ${b ?? 'none'}.`)
  }
  return facts
}

function digestsText(left: Comparable, right: Comparable): string[] {
  const said = (side: string, { details, sha256 }: Comparable): string =>
    `${side}: ${bytesText(details.size)}, SHA-256 ${sha256}.`
  return ['They differ.', said('Left', left), said('Right', right)]
}

function tooLargeText({ details: left }: Comparable, { details: right }: Comparable): string {
  const sizes = `${bytesText(left.size)} and ${bytesText(right.size)}`
  const why = 'more than 1 MiB is not compared here: download both.'
  return `They are ${sizes}; ${why}`
}
