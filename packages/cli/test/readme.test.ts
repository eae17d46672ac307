import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { testReadme } from '@aos-tooling/test/readme'
import { codeBlocks, outputDifference } from '@aos-tooling/test/readme-blocks'
import { expect, it } from 'vitest'
import { temporaryFolder } from './support/run.ts'
import { shimIn } from './support/shim.ts'

const readme = new URL('../README.md', import.meta.url)

testReadme(readme, { commands: ['aos-storage', 'cat', 'grep', 'tail', 'true', 'source'] })

/** Blocks of installations and of clouds are not for a test to run. */
const isElsewhere = /npm install|s3:\/\//

it(
  'its sh blocks run one after the other, and print what they say',
  { timeout: 120_000 },
  async () => {
    await using folder = await temporaryFolder()
    await using _ = await shimIn(folder)
    const blocks = codeBlocks(readFileSync(readme, 'utf8')).filter(
      ({ language, code }) => language === 'sh' && !isElsewhere.test(code),
    )
    expect(blocks.length).toBeGreaterThan(5)
    for (const { code, line } of blocks) {
      const { stdout, stderr, isOk } = await shell(code, folder.path)
      const printed = stdout === '' ? [] : stdout.replace(/\n$/, '').split('\n')
      const place = `${fileURLToPath(readme)}:${line}`
      if (!isOk) throw new Error(`${place} fails: ${stderr}`)
      const difference = outputDifference(promised(code), printed)
      if (difference !== undefined) throw new Error(`${place} ${difference}\n${stderr}`)
    }
  },
)

/** What stands behind `# =>`, a line each. */
function promised(code: string): string[] {
  return [...code.matchAll(/(?:^|\s)# => ?(.*)$/gm)].map(([, text]) => text!.trim())
}

function shell(
  code: string,
  cwd: string,
): Promise<{ readonly stdout: string; readonly stderr: string; readonly isOk: boolean }> {
  const PATH = `${cwd}:${process.env['PATH']}`
  const env = { PATH, HOME: cwd }
  return new Promise((resolve) => {
    const child = execFile(
      'bash',
      ['-e', '-c', code],
      { cwd, env, timeout: 60_000 },
      (error, stdout, stderr) => resolve({ stdout, stderr, isOk: error === null }),
    )
    child.stdin!.end()
  })
}
