/** Names of operations and of columns, as they stand in the address. */
import type { OperationRecord } from '../../../server/operations.ts'

type OperationName = OperationRecord['operation']

/** Complete: an operation that the contract gains does not compile here without a place. */
const operations: Readonly<Record<OperationName, true>> = {
  read: true,
  write: true,
  stat: true,
  delete: true,
  list: true,
  copy: true,
  deleteMany: true,
  health: true,
  'tables.createTable': true,
  'tables.deleteTable': true,
  'tables.listTables': true,
  'tables.get': true,
  'tables.query': true,
  'tables.change': true,
  'tables.transact': true,
  'tables.health': true,
  'queues.createQueue': true,
  'queues.deleteQueue': true,
  'queues.listQueues': true,
  'queues.send': true,
  'queues.receive': true,
  'queues.peek': true,
  'queues.update': true,
  'queues.delete': true,
  'queues.length': true,
  'queues.clear': true,
  'queues.health': true,
}

export const operationNames = Object.keys(operations) as OperationName[]

export const totalsColumns = [
  'operation',
  'backend',
  'outcome',
  'count',
  'bytes',
  'meanMs',
  'p50Ms',
  'p95Ms',
  'p99Ms',
  'maxMs',
] as const
