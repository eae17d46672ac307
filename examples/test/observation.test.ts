/** Permissions, audit trail, numbers and lines: what is printed, and what is left on the disk. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runTwice } from './support/program.ts'

function modeOf(path: string): number {
  return statSync(path).mode & 0o777
}

it('file-permissions.ts keeps others out of the folder and of the keys', async () => {
  const folder = await runTwice(
    'file-permissions',
    `private: [ '0600', '0700' ]
read by the group: [ '0640', '0750' ]
[ 'plan' ] grow
outside: INVALID_KEY
`,
  )
  expect(modeOf(join(folder, 'own/sensitive_data'))).toBe(0o700)
  expect(modeOf(join(folder, 'service/tenants/acme/plan.txt'))).toBe(0o600)
})

it('audit.ts records who did what, and reads it back', async () => {
  const said = `cfo write budgets/q3 begun {"service":"boardroom","requestId":"r1"}
cfo write budgets/q3 success {"service":"boardroom","requestId":"r1"}
cfo read budgets/q4 NOT_FOUND {"service":"boardroom","requestId":"r1"}
intern delete budgets/q3 begun {"service":"boardroom"}
intern delete budgets/q3 success {"service":"boardroom"}
system stat budgets/q3 NOT_FOUND {"service":"boardroom"}
`
  // A trail goes on.
  const folder = await runTwice('audit', said, { saidAgain: said + said })
  const trail = join(folder, 'audit.log')
  expect(modeOf(trail)).toBe(0o600)
  const entries = readFileSync(trail, 'utf8').trimEnd().split('\n')
  expect(entries).toHaveLength(12)
  expect(entries.join('\n')).not.toContain('50000')
})

it('metrics.ts counts what a dashboard shows', async () => {
  await runTwice(
    'metrics',
    `read 2 { NOT_FOUND: 1 }
write 2 {}
4 calls, 28 bytes written, 14 read
available: 1 p99 below a second: true
[
  'aos_storage_operations_total{store="agents",operation="read",outcome="OK"} 1',
  'aos_storage_operations_total{store="agents",operation="read",outcome="NOT_FOUND"} 1',
  'aos_storage_operations_total{store="agents",operation="write",outcome="OK"} 2'
]
3 objects, 42 bytes, 14 more than before
`,
  )
})

it('logging.ts writes one line for each operation, and no values', async () => {
  const completed = '"message":"Storage operation completed"'
  const ada = '"key_hash":"erBOTvVz_yKFYVyQ"'
  await runTwice(
    'logging',
    `{"level":"info",${completed},"operation":"write",${ada},"size_bytes":15,"backend":"file",\
"duration_ms":0,"outcome":"OK"}
{"level":"debug","message":"Storage operation answered","operation":"read",\
"key_hash":"Q8ypX_JBwO5kS9nG","backend":"file","duration_ms":0,"outcome":"NOT_FOUND",\
"retryable":"no"}
{"level":"warn","message":"Storage operation is tried again","operation":"stat",${ada},\
"backend":"file","attempt":1,"delay_ms":0,"outcome":"UNAVAILABLE"}
{"level":"info",${completed},"operation":"stat",${ada},"backend":"file","duration_ms":0,\
"outcome":"OK","attempts":2}
`,
  )
})
