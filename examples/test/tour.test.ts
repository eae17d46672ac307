/** The tour runs, twice over the same folder, and leaves what it shows. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

const tour = fileURLToPath(new URL('../tour.ts', import.meta.url))
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aos tour '))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it.each(['an empty folder', 'the same folder again'])('runs in %s', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [tour, folder])
  expect(stderr).toBe('')
  expect(stdout).toContain(`Storage in ${folder}`)
  expect(stdout).toContain('agent_configs/ceo, agent_configs/cfo, agent_configs/coo')
  expect(stdout).toContain('gets PRECONDITION_FAILED')
  expect(stdout).toContain('gets ALREADY_EXISTS')
  expect(stdout).toContain('exists afterwards: false')
  expect(stdout).toContain('verified: all well')
  const ceo: unknown = JSON.parse(await readFile(join(folder, 'agent_configs/ceo.json'), 'utf8'))
  expect(ceo).toMatchObject({ role: 'executive', status: 'on leave' })
})
