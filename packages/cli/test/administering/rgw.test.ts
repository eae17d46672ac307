import { writeFile } from 'node:fs/promises'
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it } from 'vitest'
import { checksOf, statusesOf } from '../support/doctor-report.ts'
import { run, type RunResult, temporaryFolder } from '../support/run.ts'
import { checkedRecords } from '../support/schema.ts'
import { newBucket } from '../support/accounts.ts'

describeWithService('rgw', (service) => {
  it('doctor tells what works, what the server honours, and who is denied', async () => {
    await using folder = await temporaryFolder()
    await using bucket = await newBucket(service.url)
    const doctor = async (
      settings: Readonly<Record<string, unknown>>,
      secrets: Readonly<Record<string, string>>,
      ...more: string[]
    ): Promise<RunResult> => {
      const profiles = { lab: { ...bucket.profile, ...settings } }
      await writeFile(folder.at('p.json'), JSON.stringify({ profiles }))
      const env = { AOS_STORAGE_CONFIG: folder.at('p.json'), ...secrets }
      const result = await run(['doctor', '--json', ...more, 'lab:'], { env })
      for (const secret of Object.values(secrets)) {
        expect(result.stdout + result.stderr).not.toContain(secret)
      }
      return result
    }
    const looked = await doctor({}, bucket.env)
    expect(looked.code).toBe(0)
    expect(statusesOf(checkedRecords('doctor', looked))).toMatchObject({
      ...{ clock: 'ok', list: 'ok', read: 'ok', write: 'skipped', conditions: 'skipped' },
    })

    const written = await doctor({}, bucket.env, '--write')
    const records = checkedRecords('doctor', written)
    expect(statusesOf(records)).toMatchObject({ write: 'ok', 'read back': 'ok', delete: 'ok' })
    expect(records).toContainEqual(
      expect.objectContaining({ kind: 'capability', name: 'server.createOnly' }),
    )
    const left = await run(['ls', '-r', 'lab:'], {
      env: { AOS_STORAGE_CONFIG: folder.at('p.json'), ...bucket.env },
    })
    expect(left.stdout).toBe('')

    const other = await doctor({}, bucket.otherEnv)
    expect(other.code).toBe(5)
    expect(checksOf(checkedRecords('doctor', other))).toContainEqual(
      expect.objectContaining({
        name: 'list',
        status: 'fail',
        fix: expect.stringContaining('s3:'),
      }),
    )
    const wrong = await doctor({}, { ...bucket.env, S3_SECRET: 'wrong-secret' })
    expect(checksOf(checkedRecords('doctor', wrong))).toContainEqual(
      expect.objectContaining({ name: 'credentials', status: 'fail' }),
    )
    const dead = await doctor({ endpoint: 'http://127.0.0.1:1' }, bucket.env)
    expect(checksOf(checkedRecords('doctor', dead))).toContainEqual(
      expect.objectContaining({ name: 'connectivity', status: 'fail' }),
    )
    const typo = await doctor({ buckett: 'x' }, bucket.env)
    expect(checksOf(checkedRecords('doctor', typo)).at(-1)).toMatchObject({
      ...{ status: 'fail', message: expect.stringContaining('buckett') },
    })
  })

  it('versions that the service keeps are listed, read, restored and pruned', async () => {
    await using folder = await temporaryFolder()
    await using bucket = await newBucket(service.url, true)
    await writeFile(folder.at('p.json'), JSON.stringify({ profiles: { lab: bucket.profile } }))
    const env = { AOS_STORAGE_CONFIG: folder.at('p.json'), ...bucket.env }
    for (const text of ['one', 'two']) {
      await writeFile(folder.at('file'), text)
      expect((await run(['put', folder.at('file'), 'lab:doc'], { env })).code).toBe(0)
    }
    const versions = (command: string, ...args: string[]): Promise<RunResult> =>
      run(['versions', command, '--native', 'lab:doc', ...args], { env })
    const listed = await versions('list', '--json')
    const [newest, oldest] = checkedRecords<{ version: string; isCurrent: boolean }>(
      'versions-list',
      listed,
    )
    expect([newest!.isCurrent, oldest!.isCurrent]).toEqual([true, false])
    expect((await versions('get', oldest!.version)).stdout).toBe('one')
    expect((await versions('get')).stdout).toBe('two')
    const restored = await versions('restore', '--json', oldest!.version)
    expect(checkedRecords('versions-restore', restored)).toMatchObject([{ action: 'restored' }])
    expect((await versions('get')).stdout).toBe('one')
    const pruned = await versions('prune', '--json', '--yes', '--keep', '1')
    expect(checkedRecords('versions-prune', pruned)).toMatchObject([{ removed: 2, kept: 1 }])
  })
})
