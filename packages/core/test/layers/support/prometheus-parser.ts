/**
 * A strict reader of Prometheus's text format, version 0.0.4, for tests: what a server would refuse
 * or take for something else throws here.
 */

interface ParsedSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface ParsedFamily {
  readonly type: string
  readonly help: string
  readonly samples: ParsedSample[]
}

const nameText = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
}

export function parsePrometheus(text: string): Map<string, ParsedFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const families = new Map<string, ParsedFamily>()
  let current = ''
  let help: string | undefined
  const seen = new Set<string>()
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = new RegExp(`^# (HELP|TYPE) (${nameText}) (.+)$`).exec(line)
    if (comment !== null) {
      const [, kind, name, rest] = comment as unknown as [string, string, string, string]
      if (kind === 'HELP') {
        if (families.has(name)) throw new Error(`${name} comes twice`)
        current = name
        help = rest
      } else {
        if (name !== current || help === undefined) throw new Error(`TYPE of ${name} without HELP`)
        if (!(rest in suffixes)) throw new Error(`unknown type ${rest}`)
        if (rest === 'counter' && !name.endsWith('_total')) throw new Error(`${name} is no _total`)
        families.set(name, { type: rest, help, samples: [] })
        help = undefined
      }
      continue
    }
    const sample = parseSample(line)
    const family = families.get(current)
    if (family === undefined) throw new Error(`a sample before its TYPE: ${line}`)
    if (!suffixes[family.type]!.some((suffix) => sample.name === current + suffix)) {
      throw new Error(`${sample.name} stands among ${current}`)
    }
    const names = Object.keys(sample.labels).sort()
    const series = JSON.stringify([sample.name, names.map((name) => [name, sample.labels[name]])])
    if (seen.has(series)) throw new Error(`the series ${series} comes twice`)
    seen.add(series)
    family.samples.push(sample)
  }
  for (const [name, family] of families)
    if (family.type === 'histogram') checkHistogram(name, family)
  return families
}

function parseSample(line: string): ParsedSample {
  const head = new RegExp(`^(${nameText})\\{`).exec(line)
  if (head === null) throw new Error(`no sample: ${line}`)
  const labels: Record<string, string> = {}
  let at = head[0].length
  while (line[at] !== '}') {
    const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="/.exec(line.slice(at))
    if (label === null) throw new Error(`no label at ${at}: ${line}`)
    at += label[0].length
    let value = ''
    for (; line[at] !== '"'; at++) {
      if (at >= line.length) throw new Error(`a label without its end: ${line}`)
      if (line[at] !== '\\') {
        value += line[at]
        continue
      }
      const escaped = { '\\': '\\', '"': '"', n: '\n' }[line[++at] ?? '']
      if (escaped === undefined) throw new Error(`unknown escape: ${line}`)
      value += escaped
    }
    if (Object.hasOwn(labels, label[1]!))
      throw new Error(`the label ${label[1]} comes twice: ${line}`)
    labels[label[1]!] = value
    at++
    if (line[at] === ',') at++
    else if (line[at] !== '}') throw new Error(`what follows a label? ${line}`)
  }
  const value = /^\} (-?\d+(\.\d+)?(e[+-]?\d+)?|[+-]Inf|NaN)$/.exec(line.slice(at))
  if (value === null) throw new Error(`no value: ${line}`)
  return { name: head[1]!, labels, value: numberOf(value[1]!) }
}

function numberOf(text: string): number {
  return text.endsWith('Inf') ? Number(`${text}inity`) : Number(text)
}

/** Buckets ascend, count up, and end in +Inf with the count. */
function checkHistogram(name: string, { samples }: ParsedFamily): void {
  const series = Map.groupBy(samples, ({ labels: { le: _le, ...rest } }) => JSON.stringify(rest))
  for (const [labels, own] of series) {
    const buckets = own.filter((sample) => sample.name === `${name}_bucket`)
    const bounds = buckets.map(({ labels: { le } }) => numberOf(le!))
    const counts = buckets.map(({ value }) => value)
    const isAscending = (numbers: number[]): boolean =>
      numbers.every((number, at) => at === 0 || number >= numbers[at - 1]!)
    if (!isAscending(bounds) || new Set(bounds).size < bounds.length || !isAscending(counts)) {
      throw new Error(`the buckets of ${labels} do not ascend`)
    }
    const count = own.find((sample) => sample.name === `${name}_count`)?.value
    const hasSum = own.some((sample) => sample.name === `${name}_sum`)
    if (bounds.at(-1) !== Infinity || counts.at(-1) !== count || !hasSum) {
      throw new Error(`${labels} of ${name} is no whole histogram`)
    }
  }
}
