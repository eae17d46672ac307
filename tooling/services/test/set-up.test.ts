/** What `start` of a definition may do before its server answers, and how it fails. */
import { expect, it } from 'vitest'

import type { ServiceDefinition } from '../src/definition.ts'
import { serviceOf } from '../src/service.ts'

const shell: ServiceDefinition = {
  name: 'shell',
  urlVariable: 'AOS_SHELL_URL',
  binaries: ['sh', 'sleep'],
  aptPackages: [],
  readyTimeoutMs: 10_000,
  start: () => Promise.resolve('shell://'),
  probe: () => Promise.resolve(),
}

it('gets the output of a command', async () => {
  await using service = await serviceOf({
    ...shell,
    start: ({ run }) => run('sh', ['-c', 'pwd; echo ignored >&2']),
  })
  expect(service.url).toBe(`${service.folder}\n`)
})

it('is told what a command that failed had to say', async () => {
  const start = serviceOf({
    ...shell,
    start: ({ run }) => run('sh', ['-c', 'echo one; echo two >&2; exit 3']),
  })
  await expect(start).rejects.toMatchObject({
    cause: { message: expect.stringMatching(/^Error: sh .* ended with 3\. one\ntwo\n$/) as string },
  })
})

it('waits for a command no longer than for the server', async () => {
  const start = serviceOf({
    ...shell,
    readyTimeoutMs: 100,
    start: ({ run }) => run('sleep', ['60']),
  })
  await expect(start).rejects.toMatchObject({
    cause: { message: expect.stringContaining('sleep 60 ended with SIGKILL') as string },
  })
})

it('ends a command whose server is gone, and tries again', async () => {
  let attempts = 0
  await using service = await serviceOf({
    ...shell,
    async start({ run, spawn }) {
      attempts += 1
      await spawn('sh', ['-c', attempts === 1 ? 'sleep 0.1; exit 1' : 'sleep 60'])
      if (attempts === 1) await run('sleep', ['60'])
      return 'shell://'
    },
  })
  expect([attempts, service.pids.length]).toEqual([2, 1])
})

it('runs commands side by side', async () => {
  await using service = await serviceOf({
    ...shell,
    async start({ run }) {
      const outputs = ['0.2', '0.1'].map((time) => run('sh', ['-c', `sleep ${time}; echo ${time}`]))
      return (await Promise.all(outputs)).join('')
    },
  })
  expect(service.url).toBe('0.2\n0.1\n')
})
