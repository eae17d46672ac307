/** One program says the same on a laptop and on Azure. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { AzureStorageBackend } from '@aos-storage/backend-azure'
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it, onTestFinished } from 'vitest'

const program = fileURLToPath(new URL('../one-program-two-places.ts', import.meta.url))
const said = `cfo: 20 pages, total 6
coo: 30 pages, total 12
left in the queue: 0
`

async function run(settings: Readonly<Record<string, string>>): Promise<[string, string]> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AOS_'))
  const env = { ...Object.fromEntries(inherited), ...settings }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { env })
  return [stdout, stderr]
}

it('runs on a laptop, also a second time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aos two places '))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (let time = 0; time < 2; time++) {
    const settings = { AOS_STORAGE_TYPE: 'file', AOS_STORAGE_BASE_PATH: folder }
    expect(await run(settings)).toEqual([
      said,
      'objects in file, tables in sqlite, queues in sqlite\n',
    ])
  }
})

describeWithService('azurite', (service) => {
  it('runs on Azure', async () => {
    const connectionString = service.url
    const account = new AzureStorageBackend({ connectionString, container: 'two-places' })
    await account.createContainer()
    await account.close()
    expect(
      await run({
        AOS_STORAGE_TYPE: 'azure',
        AOS_AZURE_CONTAINER: 'two-places',
        AOS_AZURE_CONNECTION_STRING: connectionString,
      }),
    ).toEqual([said, 'objects in azblob, tables in aztable, queues in azqueue\n'])
  })
})
