/**
 * Makes a page keep its word: every `ts` and `js` block becomes a test that runs it as a program
 * of its own, every `sh` block one that checks its commands. What a block says to be not run is
 * left to the check of types (`tooling/docs`), which takes all blocks of all pages at once.
 *
 * The program is laid into the package (`.tsbuild/readme/`, ignored by git), so that it imports the
 * package by name as a reader would, resolves the sources, and runs in an empty working folder.
 */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

import { codeBlocks, expectedOutput, outputDifference, type CodeBlock } from './readme-blocks.ts'
import { shellProblems } from './readme-shell.ts'

export interface ReadmeOptions {
  /** More environment for the programs: the URL of a service, say. Read when a test runs. */
  readonly env?: (() => Readonly<Record<string, string>>) | Readonly<Record<string, string>>
  /** Files laid into the working folder of each program: `{ 'config.json': '{}' }`. */
  readonly files?: Readonly<Record<string, string>>
  /** A reason why a block cannot run here; it is then skipped visibly. */
  skip?(block: CodeBlock): string | undefined
  /** Commands that `sh` blocks may use besides the usual ones. */
  readonly commands?: readonly string[]
  /** Most time for one program. Default 20,000. */
  readonly timeoutMs?: number
  /**
   * Runs of each program in one folder: a reader starts it more than once. Default 1. A program
   * that leaves nothing in its folder runs once: there is nothing that it could meet again.
   */
  readonly runs?: number
  /** The folder from which programs import, where the page's own is none of a package. */
  readonly packageFolder?: string | URL
}

/** What one program did. */
export interface ProgramRun {
  readonly exitCode: number
  readonly printed: readonly string[]
  readonly stderr: string
}

/** `testReadme(new URL('../README.md', import.meta.url))` in a package's test. */
export function testReadme(readme: string | URL, options: ReadmeOptions = {}): void {
  const file = pathOf(readme)
  describe(`${basename(file, '.md')}.md`, () => {
    const blocks = codeBlocks(readFileSync(file, 'utf8'))
    it('has a code block', () => expect(blocks.length).toBeGreaterThan(0))
    testBlocks(file, blocks, options)
  })
}

/** `testReadme` for all pages of a folder and of those below it. */
export function testPages(folder: string | URL, options: ReadmeOptions = {}): void {
  const root = pathOf(folder)
  const pages = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .toSorted()
  for (const name of pages) {
    const file = join(root, name)
    const blocks = codeBlocks(readFileSync(file, 'utf8')).filter(({ language }) =>
      testedLanguages.includes(language),
    )
    if (blocks.length > 0) describePage(name, file, blocks, options)
  }
}

const testedLanguages: readonly string[] = ['ts', 'js', 'sh']

function describePage(
  name: string,
  file: string,
  blocks: readonly CodeBlock[],
  options: ReadmeOptions,
): void {
  describe(`page ${name}`, () => {
    testBlocks(file, blocks, options)
  })
}

function testBlocks(file: string, blocks: readonly CodeBlock[], options: ReadmeOptions): void {
  const timeoutMs = options.timeoutMs ?? 20_000
  for (const block of blocks) {
    const reason = options.skip?.(block)
    const title = `${block.language} at line ${block.line}`
    if (reason !== undefined) {
      it.skip(`${title} (skipped: ${reason})`, () => undefined)
    } else if (block.language === 'sh') {
      it(`${title} names what exists`, () => proveShell(file, block, options))
    } else if (testedLanguages.includes(block.language) && block.notRun === undefined) {
      const wait = (options.runs ?? 1) * timeoutMs + 5000
      it(`${title} runs`, () => proveProgram(file, block, options), wait)
    }
  }
}

function pathOf(file: string | URL): string {
  return typeof file === 'string' ? file : fileURLToPath(file)
}

async function proveProgram(file: string, block: CodeBlock, options: ReadmeOptions): Promise<void> {
  const expected = expectedOutput(block.code)
  await withProgram(file, block, options, async (run, cwd) => {
    const given = await readdir(cwd)
    for (let number = 1; number <= (options.runs ?? 1); number++) {
      if (number > 1 && (await readdir(cwd)).length === given.length) break
      const { exitCode, printed, stderr } = await run()
      const place = `${file}:${block.line}${number === 1 ? '' : `, run ${number} in its folder,`}`
      if (exitCode !== 0) throw new Error(`${place} exits with ${exitCode}:\n${stderr}`)
      if (expected.length === 0) continue
      const difference = outputDifference(expected, printed)
      if (difference !== undefined) throw new Error(`${place} ${difference}`)
    }
  })
}

function proveShell(file: string, block: CodeBlock, options: ReadmeOptions): void {
  const packageFolder = dirname(file)
  const problems = shellProblems(block.code, {
    packageFolder,
    workspaceRoot: workspaceRootOf(packageFolder),
    commands: options.commands ?? [],
  })
  if (problems.length > 0) throw new Error(`${file}:${block.line} ${problems.join('\n')}`)
}

/** Runs a block as `node` would run a reader's file. */
export function runBlock(
  file: string,
  block: CodeBlock,
  options: ReadmeOptions = {},
): Promise<ProgramRun> {
  return withProgram(file, block, options, (run) => run())
}

async function withProgram<T>(
  file: string,
  block: CodeBlock,
  options: ReadmeOptions,
  work: (run: () => Promise<ProgramRun>, cwd: string) => Promise<T>,
): Promise<T> {
  const folder = join(pathOf(options.packageFolder ?? dirname(file)), '.tsbuild/readme')
  const name = `${process.pid}-${basename(file, '.md')}-line-${block.line}.${block.language}`
  const program = join(folder, name)
  const cwd = await mkdtemp(join(tmpdir(), 'aos-readme-'))
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(program, programText(block))
    for (const [name, text] of Object.entries(options.files ?? {})) {
      await mkdir(dirname(join(cwd, name)), { recursive: true })
      await writeFile(join(cwd, name), text)
    }
    return await work(() => runProgram(program, cwd, options), cwd)
  } finally {
    await rm(program, { force: true })
    await rm(cwd, { recursive: true, force: true })
  }
}

/** The code as a module, each line where it stands in its page, so that messages tell the line. */
export function programText({ code, line }: CodeBlock): string {
  return `${'\n'.repeat(line - 1)}${code}\nexport {}\n`
}

function runProgram(program: string, cwd: string, options: ReadmeOptions): Promise<ProgramRun> {
  const more = typeof options.env === 'function' ? options.env() : (options.env ?? {})
  const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', FORCE_COLOR: '0', ...more }
  const args = [
    '--conditions=@aos-storage/source',
    '--disable-warning=ExperimentalWarning',
    program,
  ]
  return new Promise((resolve) => {
    const timeout = options.timeoutMs ?? 20_000
    execFile(process.execPath, args, { cwd, env, timeout }, (error, stdout, stderr) => {
      const late = error?.killed === true ? `\nended after ${timeout} ms: it never finished` : ''
      const exitCode = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1
      const printed = stdout === '' ? [] : stdout.replace(/\n$/, '').split('\n')
      resolve({ exitCode, printed, stderr: stderr + late })
    })
  })
}

function workspaceRootOf(folder: string): string {
  if (existsSync(join(folder, 'pnpm-workspace.yaml'))) return folder
  return dirname(folder) === folder ? folder : workspaceRootOf(dirname(folder))
}
