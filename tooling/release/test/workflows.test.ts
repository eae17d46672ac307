import { resolve } from 'node:path'
import { expect, it } from 'vitest'

import { findingsOf, workflowFindings } from '../src/workflows.ts'

const pin = 'a'.repeat(40)
const workflow = (job: string, head = 'permissions: {}'): string =>
  `on: push\n${head}\nconcurrency: one\njobs:\n  job:\n    timeout-minutes: 5\n${job}`

it('finds nothing in ours', () => {
  expect(workflowFindings(resolve(import.meta.dirname, '../../..'))).toEqual([])
})

it('takes a job that reads, with what it uses pinned', () => {
  const steps = `    steps:\n      - uses: a/b/c@${pin} # v1.2.3\n      - run: npm test\n`
  expect(findingsOf(workflow(steps))).toEqual([])
})

it.each([
  ['a tag in place of a commit', '    steps:\n      - uses: a/b@v1\n', 'not pinned'],
  ['a pin without its version', `    steps:\n      - uses: a/b@${pin}\n`, 'not pinned'],
  ['more rights than are known', '    permissions: { packages: write }\n', 'may write packages'],
  ['a publisher without a person', '    permissions: { id-token: write }\n', 'without a person'],
  [
    'a publisher that runs our code',
    '    environment: npm\n    permissions: { id-token: write }\n' +
      '    steps:\n      - run: pnpm build\n',
    "runs 'pnpm build'",
  ],
  ['a secret', '    env: { A: "${{ secrets.NPM_TOKEN }}" }\n', 'needs a secret'],
  ['text of strangers', '    steps:\n      - run: echo ${{ github.event.title }}\n', 'in env'],
])('refuses %s', (_, job, finding) => {
  expect(findingsOf(workflow(job))).toEqual([expect.stringContaining(finding)])
})

it('refuses what is missing or too much on the whole', () => {
  expect(findingsOf('on: pull_request_target\njobs: { a: {} }')).toEqual([
    expect.stringContaining('permissions of the whole'),
    expect.stringContaining('concurrency'),
    expect.stringContaining('pull_request_target'),
    expect.stringContaining('timeout-minutes'),
  ])
  const may = workflow('', 'permissions: { contents: write }')
  expect(findingsOf(may)).toEqual([expect.stringContaining('may write')])
})
