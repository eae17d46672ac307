/** What `pnpm services` prints is for a shell to take as it is. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'

import { useService } from '../src/index.ts'
import { s3Environment } from '../src/s3-connection.ts'
import { describeWithService } from '../src/vitest.ts'

const program = fileURLToPath(new URL('../src/cli.ts', import.meta.url))

/** What a shell reads of it, by variable. */
async function readByShell(
  name: string,
  url: { readonly [variable: string]: string },
  variables: readonly string[],
): Promise<string[]> {
  const cli = spawn(process.execPath, [program, name], {
    env: { ...process.env, ...url },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exit = once(cli, 'exit')
  onTestFinished(() => void cli.kill('SIGKILL'))
  const lines: string[] = []
  for await (const line of createInterface(cli.stdout)) {
    if (lines.push(line) === variables.length) break
  }
  const shown = variables.map((variable) => `printf '%s\\n' "$${variable}"`)
  const script = [...lines, ...shown].join('\n')
  const read = execFileSync('sh', ['-c', script], { encoding: 'utf8', env: {} })
  cli.kill('SIGINT')
  expect((await exit)[0]).toBe(0)
  return read.trimEnd().split('\n')
}

it('a shell reads the connection string that was printed, semicolons and all', async () => {
  await using service = await useService('azurite')
  const variable = 'AOS_AZURE_CONNECTION_STRING'
  const read = await readByShell('azurite', { [variable]: service.url }, [variable])
  expect(read).toEqual([service.url])
  expect(read[0]).toContain(';')
})

describeWithService('rgw', (service) => {
  it('of S3 a shell reads what our package and Amazon’s tools read, too', async () => {
    const more = s3Environment(service.url)
    const names = ['AOS_S3_URL', ...Object.keys(more)]
    const read = await readByShell('rgw', { AOS_S3_URL: service.url }, names)
    expect(read).toEqual([service.url, ...Object.values(more)])
  })
})
