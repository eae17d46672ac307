/** What `pnpm services` prints is for a shell to take as it is. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'

import { useService } from '../src/index.ts'
import { services } from '../src/registry.ts'

const program = fileURLToPath(new URL('../src/cli.ts', import.meta.url))

it('a shell reads the connection string that was printed, semicolons and all', async () => {
  await using service = await useService('azurite')
  const env = { ...process.env, AOS_AZURE_CONNECTION_STRING: service.url }
  const cli = spawn(process.execPath, [program, 'azurite'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exit = once(cli, 'exit')
  onTestFinished(() => void cli.kill('SIGKILL'))
  const [line] = (await once(createInterface(cli.stdout), 'line')) as [string]
  const script = `${line}\nprintf %s "$AOS_AZURE_CONNECTION_STRING"`
  const read = execFileSync('sh', ['-c', script], { encoding: 'utf8', env: {} })
  expect(read).toBe(service.url)
  expect(read).toContain(';')
  cli.kill('SIGINT')
  expect((await exit)[0]).toBe(0)
})

it('of S3 it prints what its own tools read, too', async () => {
  const url = 'http://id:a%2Bb@127.0.0.1:9/?region=eu-1'
  const variables = services.rgw.variablesOf?.(url)
  expect(variables).toEqual({
    AOS_S3_ENDPOINT: 'http://127.0.0.1:9',
    AWS_REGION: 'eu-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'a+b',
  })
})
