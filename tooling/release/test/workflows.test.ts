import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'

import { publicPackages } from '../src/public-packages.ts'
import { findingsOf, workflowFindings } from '../src/workflows.ts'

const root = resolve(import.meta.dirname, '../../..')
const pin = 'a'.repeat(40)
const workflow = (job: string, head = 'permissions: {}'): string =>
  `on: push\n${head}\nconcurrency: one\njobs:\n  job:\n    timeout-minutes: 5\n${job}`

it('finds nothing in ours', () => {
  expect(workflowFindings(root)).toEqual([])
})

it('releases in the repository that the packages name, and in no fork of it', () => {
  const text = readFileSync(join(root, '.github/workflows/release.yml'), 'utf8')
  const { jobs } = parse(text) as { jobs: Record<string, { if?: string; needs?: unknown }> }
  const first = Object.values(jobs).filter(({ needs }) => needs === undefined)
  expect(first).toHaveLength(1)
  const [, repository] = /'(.+)'/.exec(first[0]?.if ?? '') ?? []
  for (const { manifest } of publicPackages(root)) {
    expect(manifest.repository?.url).toBe(`git+https://github.com/${repository}.git`)
  }
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
  ['a secret by another way', '    env: { A: "${{ toJSON(secrets) }}" }\n', 'needs a secret'],
  ['all secrets, for another workflow', '    secrets: inherit\n', 'needs a secret'],
  ['text of strangers', '    steps:\n      - run: echo ${{ github.event.title }}\n', 'in env'],
  [
    'text of strangers in a script of several lines',
    '    steps:\n      - run: |\n          true\n          echo ${{ github.ref_name }}\n',
    'in env',
  ],
  [
    "text of strangers in an action's script",
    `    steps:\n      - uses: a/b@${pin} # v1.2.3\n` +
      '        with:\n          script: "${{ inputs.a }}"\n',
    'in env',
  ],
  ['an action that hides from the pins', '    steps:\n      - { uses: a/b@v1 }\n', 'other than'],
  ['all rights at once', '    permissions: write-all\n', 'may write-all'],
  ['an image', '    container: node:latest\n', 'not pinned'],
  [
    'a token that stays in .git',
    `    steps:\n      - uses: actions/checkout@${pin} # v1.2.3\n`,
    'persist-credentials',
  ],
  ...['install && pnpm build', 'build', 'install --frozen-lockfile'].map((command) => [
    `a publisher with pnpm ${command}`,
    '    environment: npm\n    permissions: { id-token: write }\n' +
      `    steps:\n      - run: npx --yes pnpm@12.21.0 ${command}\n`,
    'can publish, and runs',
  ]),
])('refuses %s', (_, job, finding) => {
  expect(findingsOf(workflow(job))).toEqual([expect.stringContaining(finding)])
})

it.each(['workflow_run', '[issue_comment]', '{ pull_request_target: {} }'])(
  'refuses to run on %s',
  (event) => {
    const text = workflow('').replace('on: push', `on: ${event}`)
    expect(findingsOf(text)).toEqual([expect.stringContaining('runs on')])
  },
)

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
