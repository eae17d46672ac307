import { describeWithService } from '@aos-tooling/services/vitest'
import { describe, expect, it } from 'vitest'
import { profilesFor } from '../support/azurite.ts'
import { run, temporaryFolder } from '../support/run.ts'
import { checkedRecords } from '../support/schema.ts'
import { newContainer } from '../support/accounts.ts'
import { checksOf, statusesOf } from '../support/doctor-report.ts'
import { queuesOn } from '../support/queues-scenario.ts'
import { tablesOn } from '../support/tables-scenario.ts'

describeWithService('azurite', (service) => {
  describe('tables', () => {
    tablesOn('az:', () => service.url)
  })
  describe('queues', () => {
    queuesOn('az:', () => service.url)
  })

  it('doctor is content with what works, and tells where each setting is from', async () => {
    await using folder = await temporaryFolder()
    await using container = await newContainer(service.url)
    const place = await profilesFor(folder, service.url, { container: container.name })
    const result = await run(['doctor', '--json', '--write', 'az:'], place)
    expect(result.stderr).toBe('')
    expect(result.code).toBe(0)
    const records = checkedRecords('doctor', result)
    expect(records).toContainEqual({
      kind: 'setting',
      name: 'connectionString',
      value: 'set',
      source: `variable LAB, as profile az in ${folder.at('profiles.json')} says`,
    })
    expect(statusesOf(records)).toMatchObject({
      ...{ configuration: 'ok', package: 'ok', clock: 'ok', connectivity: 'ok', list: 'ok' },
      ...{ read: 'ok', write: 'ok', 'read back': 'ok', 'create only': 'ok', delete: 'ok' },
      conditions: 'ok',
    })
  })

  it('doctor tells a wrong key, a missing container, a denied right, a dead server', async () => {
    await using folder = await temporaryFolder()
    await using container = await newContainer(service.url)
    const doctor = async (
      settings: Readonly<Record<string, unknown>>,
      connectionString: string = service.url,
      more: readonly string[] = [],
    ): Promise<ReturnType<typeof checksOf>> => {
      const place = await profilesFor(folder, connectionString, settings)
      const result = await run(['doctor', '--json', ...more, 'az:'], place)
      expect(result.code).toBe(5)
      expect(result.stdout + result.stderr).not.toContain(
        /AccountKey=([^;]+)/.exec(connectionString)![1]!,
      )
      return checksOf(checkedRecords('doctor', result))
    }
    const wrongKey = service.url.replace(/AccountKey=[^;]+/, `AccountKey=${btoa('wrong')}`)
    const wrong = await doctor({ container: container.name }, wrongKey)
    expect(wrong.filter(({ status }) => status === 'fail')).toMatchObject([
      { name: 'connectivity' },
      { name: 'list', fix: expect.stringContaining('the key or SAS is right') },
      { name: 'read' },
    ])
    const missing = await doctor({ container: 'not-there' })
    expect(missing.find(({ name }) => name === 'list')).toMatchObject({
      status: 'fail',
      fix: 'Create the container, or mend its name',
    })
    const sas = { connectionString: undefined, sasUrl: { env: 'SAS' } }
    await using denied = await newContainer(service.url)
    const place = await profilesFor(folder, service.url, sas)
    const env = { ...place.env, SAS: denied.sasUrl('rl') }
    const result = await run(['doctor', '--json', '--write', 'az:'], { ...place, env })
    expect(result.code).toBe(5)
    expect(result.stdout).not.toContain('sig=')
    expect(statusesOf(checkedRecords('doctor', result))).toMatchObject({
      ...{ list: 'ok', read: 'ok', write: 'fail' },
    })
    const nobody = service.url.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:1')
    const dead = await doctor({ container: container.name }, nobody)
    expect(dead.find(({ status }) => status === 'fail')).toMatchObject({
      name: 'connectivity',
    })
  })
})
