import { readFile, writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { run, temporaryFolder } from './support/run.ts'
import { simulatedStore } from './support/services.ts'
import { contentsOf, fill } from './support/stores.ts'

const contents = { 'p/p/z': 'inner', 'p/z': 'outer' }
const commands = [['mv', '-r'], ['cp', '-r'], ['sync'], ['migrate', '--journal', 'j.log']]

it.each(commands)('%s loses nothing where a copy would replace a source', async (...command) => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), contents)
  const ends = [`${folder.path}/s#p`, './s#']
  for (const dry of [['--dry-run'], []]) {
    const args = [...command, '--concurrency', '1', ...dry, ...ends]
    const { code, stderr } = await run(args, { cwd })
    expect(stderr).toContain("--exclude 'p/**'")
    expect(code).toBe(2)
    expect(await contentsOf(folder.at('s'))).toEqual(contents)
  }
})

it.each(commands)('%s brings up what replaces no source', async (...command) => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), contents)
  const args = [...command, '--exclude', 'p/**', './s#p', './s#']
  expect(await run(args, { cwd })).toMatchObject({ code: 0 })
  const { z, ...others } = await contentsOf(folder.at('s'))
  expect(z).toBe('outer')
  expect(others['p/p/z']).toBe('inner')
})

it('sync --delete deletes no source that it meets under another address', async () => {
  await using folder = await temporaryFolder()
  await using sim = await simulatedStore(folder, { 'x/a': 'copied', 'x/keep': 'the only one' })
  const path = folder.at('profiles.json')
  const { profiles } = JSON.parse(await readFile(path, 'utf8')) as {
    profiles: { sim: { endpoint: string } }
  }
  const endpoint = profiles.sim.endpoint.replace('127.0.0.1', 'localhost')
  const alias = { ...profiles.sim, endpoint }
  await writeFile(path, JSON.stringify({ profiles: { ...profiles, alias } }))
  const args = ['sync', '--delete', '--yes', '--exclude', 'keep', 'sim:x', 'alias:']
  const { code, stderr } = await run(args, { cwd: folder.path, env: sim.env })
  expect(stderr).toContain('seem to be one object')
  expect(code).toBe(2)
  expect(sim.keys()).toEqual(['a', 'x/a', 'x/keep'])
})
