import { defineSuite } from '@aos-tooling/bench'

import { titleOf } from '../src/index.ts'

export default defineSuite({
  name: 'otel: title',
  about: 'Replace this stub: the same work by ours and by a rival.',
  ours: 'ours',
  operationsPerBatch: 1000,
  isolation: 'shared',
  rivals: [
    {
      name: 'ours',
      setup: () => ({
        run({ operations }) {
          for (let done = 0; done < operations; done += 1) titleOf({ name: 'memory' })
        },
      }),
    },
    {
      name: 'bare',
      setup: () => ({
        run({ operations }) {
          for (let done = 0; done < operations; done += 1) 'the '.concat('memory', ' backend')
        },
      }),
    },
  ],
})
