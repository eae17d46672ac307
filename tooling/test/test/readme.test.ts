import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { codeBlocks } from '../src/readme-blocks.ts'
import { runBlock, testReadme, type ProgramRun, type ReadmeOptions } from '../src/readme.ts'

testReadme(new URL('../README.md', import.meta.url))

describe('runBlock', () => {
  // Inside the package, as a README is, where git looks away: rules read all that it sees.
  let folder = ''
  beforeAll(async () => {
    const ignored = join(import.meta.dirname, '../.tsbuild')
    await mkdir(ignored, { recursive: true })
    folder = await mkdtemp(join(ignored, 'page-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const run = async (code: string, options?: ReadmeOptions): Promise<ProgramRun> => {
    const file = join(folder, 'README.md')
    const markdown = `\`\`\`ts\n${code}\n\`\`\`\n`
    await writeFile(file, markdown)
    const [block] = codeBlocks(markdown)
    return runBlock(file, block!, options)
  }

  it('runs TypeScript with top-level await in an empty folder', async () => {
    const code =
      "import { readdir } from 'node:fs/promises'\n" +
      "const names: string[] = await readdir('.')\nconsole.log(names, process.env['GREETING'])"
    expect(await run(code, { env: { GREETING: 'hi' } })).toMatchObject({
      exitCode: 0,
      printed: ['[] hi'],
    })
    expect((await run(code, { files: { 'a.txt': 'x' } })).printed[0]).toContain("'a.txt'")
  })

  it('shows why a block fails', async () => {
    const { exitCode, stderr } = await run("throw new Error('on purpose')")
    expect(exitCode).toBe(1)
    expect(stderr).toContain('on purpose')
  })

  it('ends a block that never finishes', async () => {
    const { exitCode, stderr } = await run('setInterval(() => {}, 1000)', { timeoutMs: 300 })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('never finished')
  })
})
