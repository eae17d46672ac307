/** Every code block of the README runs, on Azurite. */
import { describeWithService } from '@aos-tooling/services/vitest'
import { testReadme } from '@aos-tooling/test/readme'

describeWithService('azurite', (service) => {
  testReadme(new URL('../README.md', import.meta.url), {
    env: () => ({ AZURE_STORAGE_CONNECTION_STRING: service.url }),
  })
})
