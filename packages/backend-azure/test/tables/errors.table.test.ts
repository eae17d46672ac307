/** The table of errors: each code of the table service as the contract's code. */
import { RestError } from '@azure/data-tables'
import { expect, it } from 'vitest'
import { toStorageError } from '../../src/errors.ts'
import { inWords } from '../../src/tables/calls.ts'

/** Code and retryable of each, as Microsoft's "Table service error codes" lists them. */
const documented: Readonly<Record<string, readonly [status: number, code: string, may: string]>> = {
  TableNotFound: [404, 'NOT_FOUND', 'no'],
  EntityNotFound: [404, 'NOT_FOUND', 'no'],
  ResourceNotFound: [404, 'NOT_FOUND', 'no'],
  TableAlreadyExists: [409, 'ALREADY_EXISTS', 'no'],
  EntityAlreadyExists: [409, 'ALREADY_EXISTS', 'no'],
  UpdateConditionNotSatisfied: [412, 'PRECONDITION_FAILED', 'no'],
  TableBeingDeleted: [409, 'CONFLICT', 'yes'],
  EntityTooLarge: [400, 'QUOTA_EXCEEDED', 'no'],
  TooManyProperties: [400, 'QUOTA_EXCEEDED', 'no'],
  PropertyValueTooLarge: [400, 'QUOTA_EXCEEDED', 'no'],
  KeyValueTooLarge: [400, 'QUOTA_EXCEEDED', 'no'],
  ContentLengthExceeded: [400, 'QUOTA_EXCEEDED', 'no'],
  PropertyNameTooLong: [400, 'INVALID_ARGUMENT', 'no'],
  PropertyNameInvalid: [400, 'INVALID_ARGUMENT', 'no'],
  PropertiesNeedValue: [400, 'INVALID_ARGUMENT', 'no'],
  InvalidValueType: [400, 'INVALID_ARGUMENT', 'no'],
  InvalidInput: [400, 'INVALID_ARGUMENT', 'no'],
  DuplicatePropertiesSpecified: [400, 'INVALID_ARGUMENT', 'no'],
  InvalidDuplicateRow: [400, 'INVALID_ARGUMENT', 'no'],
  CommandsInBatchActOnDifferentPartitions: [400, 'INVALID_ARGUMENT', 'no'],
  JsonFormatNotSupported: [415, 'UNSUPPORTED', 'no'],
  NotImplemented: [501, 'UNSUPPORTED', 'no'],
  OperationTimedOut: [500, 'UNAVAILABLE', 'yes'],
  ServerBusy: [503, 'RATE_LIMITED', 'yes'],
}

const place = { backend: 'aztable', operation: 'change' }
const keys = { table: 'Orders', partitionKey: 'a', rowKey: 'b' }

function failureOf(code: string, status: number): RestError {
  return new RestError('The service says so', { code, statusCode: status })
}

it.each(Object.entries(documented))('%s is %j', (name, [status, code, retryable]) => {
  const cause = failureOf(name, status)
  const shown = { code: name, statusCode: status }
  const error = toStorageError(cause, place)
  expect(error).toMatchObject({ ...place, code, retryable, status, cause: shown })
  const told = inWords(error, { operation: 'change', ...keys })
  expect(told).toMatchObject({ ...place, code, retryable, status, cause: shown })
})

it.each([
  ['TableNotFound', 404, 'Orders', /no table "Orders"/],
  ['ResourceNotFound', 404, 'Orders/a/b', /no entity \("a", "b"\)/],
  ['EntityAlreadyExists', 409, 'Orders/a/b', /has an entity/],
  ['UpdateConditionNotSatisfied', 412, 'Orders/a/b', /another version/],
])('%s names what it is about', (name, status, key, message) => {
  const error = toStorageError(failureOf(name, status), place)
  const told = inWords(error, { operation: 'change', ...keys })
  expect(told).toMatchObject({ key, message: expect.stringMatching(message) as string })
})

it('what is missing for a query is the table', () => {
  const error = toStorageError(failureOf('ResourceNotFound', 404), place)
  expect(inWords(error, { operation: 'query', table: 'Orders' })).toMatchObject({ key: 'Orders' })
})

it.each([400, 414, 431])('an address that is too long (%i) says that the filter is', (status) => {
  expect(toStorageError(failureOf('', status), place)).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('filter') as string,
  })
})
