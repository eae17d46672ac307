/** The programs about a cloud, on Azurite and on Ceph's gateway. */
import { AzureStorageBackend } from '@aos-storage/backend-azure'
import { s3Environment } from '@aos-tooling/services'
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { run } from './support/program.ts'
import { makeBucket } from './support/s3-bucket.ts'

describeWithService('azurite', (azurite) => {
  /** Gone at the end: an account from the environment is somebody's. */
  async function accountOf(...containers: readonly string[]): Promise<AzureStorageBackend> {
    const account = new AzureStorageBackend({ connectionString: azurite.url })
    onTestFinished(async () => {
      for (const container of containers) await account.deleteContainer(container)
      await account.close()
    })
    return account
  }

  it('azure-services.ts uses blobs, tables and queues by their own names', async () => {
    const account = await accountOf('examples-models')
    const settings = { AZURE_STORAGE_CONNECTION_STRING: azurite.url }
    const said = `Uint8Array(3) [ 1, 2, 3 ]
adapters/ceo_adapter.pkl 3
2025-12-25T00:00:00.000Z [ { role: 'ceo', content: 'Hello' } ]
agent_ceo conv_001
{ task_id: 'task_001', action: 'analyze_report' } 1
0 left
`
    expect(await run('azure-services', ['examples-models'], settings)).toBe(said)
    const blob = await account.downloadBlob('examples-models', 'adapters/ceo_adapter.pkl')
    expect([...(await blob.bytes())]).toEqual([1, 2, 3])
  })

  it('azure-access.ts lets in who has a signed request, and nobody else', async () => {
    const account = await accountOf('examples-access')
    const settings = { AZURE_STORAGE_CONNECTION_STRING: azurite.url }
    const said = `The container is private
Signed: 200 for the board
Without the signature: false
Used for a write: 403 For another blob: 403
Uploaded: 201
application/pdf
for the board
`
    expect(await run('azure-access', ['examples-access'], settings)).toBe(said)
    const names = await Array.fromAsync(account.listBlobs('examples-access'), ({ name }) => name)
    expect(names).toEqual(['reports/q3', 'uploads/q3.pdf'])
  })

  it('conversation-history.ts runs on Azure by its configuration alone', async () => {
    const account = await accountOf('examples-history')
    await account.createContainer('examples-history')
    const settings = {
      AOS_STORAGE_TYPE: 'azure',
      AOS_AZURE_CONTAINER: 'examples-history',
      AOS_AZURE_CONNECTION_STRING: azurite.url,
    }
    expect(await run('conversation-history', [], settings)).toBe(
      "conv_002 operations [ 'When do we move?' ]\nconv_001 2\n",
    )
    const names = await Array.fromAsync(account.listBlobs('examples-history'), ({ name }) => name)
    expect(names).toEqual(['conversations/conv_001', 'conversations/conv_002'])
  })
})

describeWithService('rgw', (rgw) => {
  it('s3-access.ts lets in who has a signed request or form, and nobody else', async () => {
    const bucket = await makeBucket(rgw.url)
    const settings = { ...s3Environment(rgw.url), AOS_S3_BUCKET: bucket }
    const said = `Signed: 200 for the board
Without the signature: 403
For a write: 403
An upload of 1,001 bytes, and of 1,000: false true
1000
A stranger gets PERMISSION_DENIED
`
    expect(await run('s3-access', [], settings)).toBe(said)
  })
})
