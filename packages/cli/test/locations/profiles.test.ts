import { writeFile } from 'node:fs/promises'
import { checksum, compress, prefix, StorageManager } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import { errorOf, type ErrorLine } from '../support/error-line.ts'
import { run, temporaryFolder } from '../support/run.ts'

/** What `ls` of the profile `here` is told. */
async function faultOf(
  file: string | object,
  env: Record<string, string> = {},
): Promise<ErrorLine> {
  await using folder = await temporaryFolder()
  const text = typeof file === 'string' ? file : JSON.stringify(file)
  await writeFile(folder.at('p.json'), text)
  const result = await run(['ls', '--json', 'here:', '--config', folder.at('p.json')], { env })
  expect(result.code).toBe(2)
  return errorOf(result)
}

const profile = (here: object): object => ({ profiles: { here } })

it.each(['file:./s', 'file:s', 'FILE:s', 'file://s/t'])(
  '%s is no store at the root, as a URL of a profile or of the environment',
  async (url) => {
    expect(await faultOf(profile({ url }))).toMatchObject({
      message: expect.stringContaining('absolute'),
    })
    const env = { AOS_STORAGE_URL: url }
    expect((await run(['ls', 'env:'], { env })).stderr).toContain('absolute')
  },
)

describe('layers', () => {
  it('read what a service wrote through them', async () => {
    await using folder = await temporaryFolder()
    const basePath = folder.at('s')
    await using store = await StorageManager.open(
      { storageType: 'file', basePath },
      { layers: [checksum(), compress(), prefix('tenant/a')] },
    )
    const text = 'so it goes '.repeat(1000)
    await store.save('doc', text)
    const layers = [{ checksum: {} }, { compress: {} }, { prefix: 'tenant/a/' }]
    const here = { storageType: 'file', basePath, layers }
    const byUrl = { url: new URL(`file://${basePath}`).href, layers }
    await writeFile(folder.at('p.json'), JSON.stringify({ profiles: { here, byUrl } }))
    const config = ['--config', folder.at('p.json')]
    for (const name of ['here', 'byUrl']) {
      expect((await run(['cat', `${name}:doc`, ...config])).stdout).toBe(text)
      expect((await run(['ls', `${name}:`, ...config])).lines).toEqual(['doc'])
    }
  })

  it.each([
    [{ layers: {} }, /layers of profile here is no list/, /"compress"/],
    [{ layers: ['compress'] }, /layers\[0\] of profile here is no object of one layer/, /Write it/],
    [{ layers: [{ compress: {}, checksum: {} }] }, /no object of one layer/, /Write it/],
    [
      { layers: [{ compress: {} }, { encrypt: {} }] },
      /layers\[1\].*"encrypt"/,
      /Known are compress/,
    ],
    [{ layers: [{ toString: {} }] }, /"toString", which is none/, /Known are/],
    [{ layers: [{ compress: { levle: 3 } }] }, /layers\[0\].*levle/, /Write it/],
    [{ layers: [{ checksum: { missing: 'no' } }] }, /missing/, /Write it/],
    [{ layers: [{ prefix: '../x' }] }, /layers\[0\].*prefix/, /Write it/],
    [{ layers: [{ checksum: {} }, { checksum: {} }] }, /checksum.*twice/, /^$/],
  ])('tells what is wrong with %j', async (settings, message, hint) => {
    const fault = await faultOf(profile({ url: 'memory:', ...settings }))
    expect(fault.message).toMatch(message)
    expect(fault.hint ?? '').toMatch(hint)
  })
})

describe('profiles', () => {
  it('takes relative paths from the folder of the file, wherever it is run', async () => {
    await using folder = await temporaryFolder()
    await using elsewhere = await temporaryFolder()
    await run(['put', '-', './s#doc'], { cwd: folder.path, stdin: 'body' })
    const here = { storageType: 'file', basePath: './s' }
    const lab = { storageType: 'azure', container: 'lab', connectionString: { file: 'key' } }
    await writeFile(folder.at('key'), 'AccountName=lab')
    await writeFile(folder.at('p.json'), JSON.stringify({ profiles: { here, lab } }))
    const options = { cwd: elsewhere.path }
    const config = ['--config', folder.at('p.json')]
    expect((await run(['cat', 'here:doc', ...config], options)).stdout).toBe('body')
    const refused = await run(['ls', 'lab:', ...config], options)
    expect(refused.stderr).not.toContain('cannot be read')
    expect(refused.stderr).toContain('connection string')
  })

  it.each([
    ['{', /no JSON/],
    ['[]', /no "profiles"/],
    [{ profiles: { s3: { url: 'memory:' } } }, /cannot be the name/],
    [{ profiles: { a: { url: 'memory:' } } }, /cannot be the name/],
    [{ profiles: { here: {} } }, /neither "url" nor "storageType"/],
    [{ profiles: { here: { url: 'memory:', storageType: 'memory' } } }, /neither/],
    [{ profiles: { here: { url: 'memory:', bucket: 'x' } } }, /beside it "bucket"/],
    [{ profiles: { other: { url: 'memory:' } } }, /There is no profile "here": known are other/],
    [
      profile({ storageType: 's3', bucket: 'b', credentials: { secretAccessKey: 'hunter2' } }),
      /secret/,
    ],
    [profile({ storageType: 'azure', connectionString: 'AccountKey=hunter2' }), /secret/],
    [profile({ storageType: 'azure', accountKey: 'hunter2' }), /accountKey .* secret/],
    [profile({ storageType: 'azure', sasToken: 'hunter2' }), /sasToken .* secret/],
    [profile({ storageType: 'azure', connectionString: { env: 'LAB' } }), /LAB, which is not set/],
    [profile({ storageType: 'azure', connectionString: { file: '/not/there' } }), /ENOENT/],
    [profile({ storageType: 'memory', misspelt: 1 }), /misspelt/],
  ])('refuses %j', async (file, message) => {
    const fault = await faultOf(file)
    expect(fault.message).toMatch(message)
    expect(JSON.stringify(fault)).not.toContain('hunter2')
  })

  it('are found by --config, AOS_STORAGE_CONFIG, XDG_CONFIG_HOME, HOME', async () => {
    await using folder = await temporaryFolder()
    const { path: cwd } = folder
    const text = '{"profiles":{"here":{"url":"memory:"}}}'
    await writeFile(folder.at('p.json'), text)
    expect((await run(['ls', 'here:', '--config', 'p.json'], { cwd })).code).toBe(0)
    const env = { AOS_STORAGE_CONFIG: folder.at('p.json'), HOME: folder.path }
    expect((await run(['ls', 'here:'], { env })).code).toBe(0)
    expect((await run(['ls', 'here:', '--config', 'none.json'], { env, cwd })).code).toBe(2)
    const without = await run(['ls', 'here:'], { cwd, env: { XDG_CONFIG_HOME: folder.path } })
    expect(without.stderr).toContain(folder.at('aos-storage', 'profiles.json'))
    expect((await run(['ls', 'here:'], { cwd, env: { HOME: folder.path } })).code).toBe(2)
  })
})
