/**
 * The types of all `ts` blocks of all tracked Markdown pages, checked as one program.
 *
 *     packages/core/README.md:14  ->  packages/core/.tsbuild/blocks/packages+core+README-14.ts
 *     docs/guides/queues.md:20    ->  tooling/docs/.tsbuild/blocks/docs+guides+queues-20.ts
 *
 * A block lies in the package of its page, so that it imports what a reader of that page may; pages
 * of no package lie in this one, which has all of them. Each line keeps its number, so that what
 * the compiler says of a block is said of its page.
 */
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { programText } from '@aos-tooling/test/readme'
import { codeBlocks } from '@aos-tooling/test/readme-blocks'

/** As strict as a reader's own settings may be; not as strict as the repository's. */
const readersOptions = {
  target: 'esnext',
  lib: ['esnext'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
  customConditions: ['@aos-storage/source'],
}

/** The Markdown pages that git tracks or would add, from the root. */
export function markdownPages(root: string): string[] {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md']
  const output = execFileSync('git', list, { cwd: root, encoding: 'utf8' })
  const paths = new Set(output.split('\0').filter((path) => path !== ''))
  return [...paths].filter((path) => existsSync(join(root, path))).toSorted()
}

/** What is wrong with the types of the blocks of these pages: `page:line message`, one each. */
export async function typeProblems(
  root: string,
  pages: readonly string[],
): Promise<{ blocks: number; problems: string[] }> {
  const pageOf = new Map<string, string>()
  const folders = new Set<string>()
  for (const page of pages) {
    const text = readFileSync(join(root, page), 'utf8')
    for (const block of codeBlocks(text).filter(({ language }) => language === 'ts')) {
      const folder = join(root, packageOf(root, page), '.tsbuild/blocks')
      if (!folders.has(folder)) await rm(folder, { recursive: true, force: true })
      folders.add(folder)
      await mkdir(folder, { recursive: true })
      const name = `${page.replace(/\.md$/, '').replaceAll('/', '+')}-${block.line}.ts`
      await writeFile(join(folder, name), programText(block))
      pageOf.set(join(folder, name), page)
    }
  }
  const output = await compile(root, [...pageOf.keys()])
  return { blocks: pageOf.size, problems: problemsOf(output, root, pageOf) }
}

function packageOf(root: string, page: string): string {
  for (let folder = dirname(page); folder !== '.'; folder = dirname(folder)) {
    if (existsSync(join(root, folder, 'package.json'))) return folder
  }
  return 'tooling/docs'
}

async function compile(root: string, files: readonly string[]): Promise<string> {
  const folder = join(root, 'tooling/docs/.tsbuild')
  const project = join(folder, 'blocks.json')
  await mkdir(folder, { recursive: true })
  await writeFile(project, JSON.stringify({ compilerOptions: readersOptions, files }))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const args = [compiler, '-p', project, '--pretty', 'false']
  return new Promise((resolve, reject) => {
    const options = { cwd: root, maxBuffer: 1 << 26 }
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      // 1 and 2 are the compiler's codes for what it found; its words are on stdout.
      if (error !== null && stdout === '') reject(new Error(`tsc: ${stderr}`, { cause: error }))
      else resolve(stdout)
    })
  })
}

function problemsOf(output: string, root: string, pageOf: ReadonlyMap<string, string>): string[] {
  return output
    .split('\n')
    .filter((line) => /^\S.*: error TS\d+|^error /.test(line))
    .map((line) => {
      const [, file = '', number, message] = /^(.+?)\((\d+),\d+\): (.*)$/.exec(line) ?? []
      const page = pageOf.get(join(root, file)) ?? pageOf.get(file)
      return page === undefined ? line : `${relative(root, join(root, page))}:${number} ${message}`
    })
}
