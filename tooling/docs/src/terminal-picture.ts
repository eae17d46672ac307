/**
 * `pnpm docs:picture`: the picture in the command line's README, of commands that are run here
 * against a simulated S3, as a terminal shows them. The last one is taken while it is under way.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startSimulatedS3 } from '@aos-storage/backend-s3/testing'
import { runCommandLine, type TextSink } from '@aos-storage/cli'
import { systemClock, StorageManager } from '@aos-storage/core'
import { FileStorageBackend } from '@aos-storage/backend-file'

const target = resolve(import.meta.dirname, '../../../docs/pictures/aos-storage.svg')
const columns = 92
/** Of a last line that is still being drawn. */
const takenAt = /\b(?:5[5-9]|6\d|7\d)%/

/** Commands as they are typed. Of a pipe only `grep '^…'` is known. */
const session = [
  'aos-storage ls s3://orders',
  'aos-storage du s3://orders',
  'aos-storage stat s3://orders/2026/0042',
  "aos-storage doctor --write s3://orders | grep '^ok'",
  'aos-storage snyc ./laptop s3://orders/backup',
  'aos-storage sync ./laptop s3://orders/backup',
] as const

/** A line by its color: what is typed, what is answered, what went to standard error. */
interface Line {
  readonly kind: 'typed' | 'out' | 'err'
  readonly text: string
}

/** What a terminal shows: a return begins the last line anew. */
class Screen {
  readonly lines: Line[] = []
  #isOpen = false

  typed(command: string): void {
    this.lines.push({ kind: 'typed', text: command })
    this.#isOpen = false
  }

  write(kind: 'out' | 'err', text: string): void {
    for (const [at, part] of text.split('\n').entries()) {
      if (at > 0) this.#isOpen = false
      if (part !== '') this.#append(kind, part)
    }
  }

  #append(kind: 'out' | 'err', part: string): void {
    const last = this.#isOpen ? this.lines.pop()!.text : ''
    // Progress is drawn over itself.
    const drawn = `${last}${part}`.split('\r').at(-1)!.replaceAll('\u001b[2K', '')
    this.lines.push({ kind, text: drawn })
    this.#isOpen = true
  }
}

function sinkOf(
  screen: Screen,
  kind: 'out' | 'err',
  onWrite: () => void,
  lineStart: string = '',
): TextSink {
  return {
    ...{ isTTY: true, columns },
    write(chunk, done) {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
      const lines = text.split(/(?<=\n)/).filter((line) => line.startsWith(lineStart))
      screen.write(kind, lines.join(''))
      onWrite()
      setImmediate(done)
      return true
    },
  }
}

async function take(): Promise<readonly Line[]> {
  const cwd = await mkdtemp(join(tmpdir(), 'aos-picture-'))
  const s3 = await startSimulatedS3({ seed: 1 })
  try {
    s3.createBucket('orders')
    // As far away as services are.
    s3.script({ operation: 'PutObject', fault: { kind: 'stall', at: 'answer', forMs: 30 } })
    for (let at = 0; at < 420; at++) {
      const key = `${at < 300 ? 2026 : 2025}/${String(at).padStart(4, '0')}`
      const body = JSON.stringify({ total: at * 7, items: 'x'.repeat(at * 10) })
      s3.put('orders', key, body, { headers: { 'content-type': 'application/json' } })
    }
    await using laptop = new StorageManager(
      new FileStorageBackend({ basePath: join(cwd, 'laptop'), durability: 'none' }),
    )
    await laptop.saveMany(
      Array.from({ length: 1234 }, (_, at) => [`notes/${at}`, 'so it goes '.repeat(at)] as const),
    )
    const env = {
      AOS_S3_ENDPOINT: s3.endpoint,
      AWS_REGION: s3.region,
      AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
    }
    // Where the SDK looks for credentials.
    Object.assign(process.env, env)
    const screen = new Screen()
    for (const command of session) {
      screen.typed(command)
      const interruption = new AbortController()
      let shown: readonly Line[] | undefined
      const look = (): void => {
        if (shown !== undefined || !takenAt.test(screen.lines.at(-1)!.text)) return
        shown = [...screen.lines]
        interruption.abort(new Error('the picture is taken'))
      }
      const [typed, pattern] = command.split(/ \| grep '\^(.*)'$/)
      await runCommandLine(typed!.split(' ').slice(1), {
        ...{ env, cwd, clock: systemClock, signal: interruption.signal },
        stdin: Object.assign((async function* () {})(), { isTTY: true }),
        stdout: sinkOf(screen, 'out', look, pattern),
        stderr: sinkOf(screen, 'err', look),
      })
      if (shown !== undefined) return shown
    }
    throw new Error('The last command was done before a picture could be taken')
  } finally {
    await s3.close()
    await rm(cwd, { recursive: true })
  }
}

const colors = { typed: '#f0f6fc', out: '#c9d1d9', err: '#d2a8ff' } as const
const [cell, line, margin] = [8.43, 20, 20] as const

function svgOf(lines: readonly Line[]): string {
  const [width, height] = [Math.ceil(columns * cell + 2 * margin), lines.length * line + 2 * margin]
  const rows = lines.map(({ kind, text }, at) => {
    const prompt = kind === 'typed' ? '<tspan fill="#7ee787">$ </tspan>' : ''
    const y = margin + (at + 0.75) * line
    return `<text x="${margin}" y="${y}" fill="${colors[kind]}">${prompt}${escaped(text)}</text>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" ` +
      `height="${height}" role="img" aria-label="A session of aos-storage in a terminal">`,
    `<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
    '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" ' +
      'xml:space="preserve">',
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

/** Spaces as such that no renderer takes away. */
function escaped(text: string): string {
  const plain = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return plain.replaceAll(' ', '\u00a0')
}

await writeFile(target, svgOf(await take()))
process.stdout.write(`${target} is taken\n`)
