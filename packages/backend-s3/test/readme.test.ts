/** Every code block of the README runs, on the gateway. */
import { s3Environment } from '@aos-tooling/services'
import { describeWithService } from '@aos-tooling/services/vitest'
import { testReadme } from '@aos-tooling/test/readme'
import { afterAll, beforeAll } from 'vitest'
import { dropBucket, makeBucket, sdkClient } from './support/bucket.ts'

const buckets = ['agents', 'reports', 'minutes']

describeWithService('rgw', (service) => {
  beforeAll(async () => {
    const client = sdkClient(service.url)
    for (const name of buckets) await makeBucket(client, name, name === 'minutes')
    client.destroy()
  })

  afterAll(async () => {
    const client = sdkClient(service.url)
    for (const name of buckets) await dropBucket(client, name)
    client.destroy()
  })

  testReadme(new URL('../README.md', import.meta.url), {
    env: () => s3Environment(service.url),
  })
})
