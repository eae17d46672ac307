/**
 * What backends of remote services share: requests that are sent again where that may help, bodies
 * that go on where their connection was cut, uploads in parts, one pool of connections, and errors
 * without secrets.
 *
 * A package of a service adds what is its own: the table of its errors ({@link Failures}), the
 * calls of its SDK, and how keys and metadata lie there.
 *
 * ```ts
 * const requests = new Requests(patience, failures, clock, random)
 * const place = { backend: 's3', operation: 'stat', key }
 * await requests.send({ ...place, signal, send: (abortSignal) => head(key, abortSignal) })
 * requests.close()
 * ```
 *
 * @packageDocumentation
 */
export * from './agents.ts'
export * from './body.ts'
export * from './bounded.ts'
export * from './deadlines.ts'
export * from './failures.ts'
export * from './part-upload.ts'
export * from './read-ahead.ts'
export * from './requests.ts'
export * from './secrets.ts'
export * from './stream-start.ts'
export * from './whole-body.ts'
