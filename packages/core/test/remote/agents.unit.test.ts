/** Keep-alive agents: one for all handles of an account, and none when the last one is closed. */
import type { AgentOptions } from 'node:https'
import { expect, it } from 'vitest'
import { leaseAgent } from '../../src/remote/index.ts'

it('is shared by handles of one account and size, and ends with the last of them', () => {
  const first = leaseAgent('https://acme.blob.example/a', 8)
  const second = leaseAgent('https://acme.blob.example/b', 8)
  const other = leaseAgent('https://acme.blob.example/a', 9)
  const pool = leaseAgent('https://acme.blob.example/a', 8, 'reads')
  expect(second.agent).toBe(first.agent)
  expect(other.agent).not.toBe(first.agent)
  expect(pool.agent).not.toBe(first.agent)
  pool.release()
  let ends = 0
  const { agent } = first
  const destroy = agent.destroy.bind(agent)
  agent.destroy = () => {
    ends++
    destroy()
  }
  first.release()
  // Twice by one handle is once.
  first.release()
  expect(ends).toBe(0)
  expect(leaseAgent('https://acme.blob.example', 8).agent).toBe(agent)
  second.release()
  expect(ends).toBe(0)
  other.release()
})

it('speaks TLS 1.2 or later, and has no more connections than was said', () => {
  const lease = leaseAgent('https://acme.table.example', 8)
  const { agent } = lease
  const { minVersion } = (agent as unknown as { readonly options: AgentOptions }).options
  expect(minVersion).toBe('TLSv1.2')
  expect(agent.maxSockets).toBe(8)
  lease.release()
})
